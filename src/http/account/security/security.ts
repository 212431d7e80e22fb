/** The security page and its forms: the routes of each subject stand in a file of their own. */
import type Router from '@koa/router';
import { addFactorChangeRoutes, type FactorChangeDeps } from './factor-changes.ts';
import { addFactorEnrolmentRoutes, type FactorEnrolmentDeps } from './factor-enrolment.ts';
import { addRemovalRoutes, type RemovalDeps } from './removal.ts';
import { createSecurityPage, doneOf, type SecurityPageDeps } from './security-page.ts';

export type SecurityDeps = SecurityPageDeps & FactorEnrolmentDeps & FactorChangeDeps & RemovalDeps;

export function addSecurityRoutes(router: Router, deps: SecurityDeps): void {
  const { requireSession } = deps;
  const show = createSecurityPage(deps);

  router.get('/security', (ctx) => show(ctx, requireSession.visitIn(ctx), { done: doneOf(ctx) }));
  addFactorEnrolmentRoutes(router, deps, show);
  addFactorChangeRoutes(router, deps, show);
  addRemovalRoutes(router, deps, show);
}
