/** The first page of the console: how many members are protected, and who needs help. */
import type { Context } from 'koa';
import type { FindSignInNumbers } from '../../use-cases/administration/audit/sign-in-numbers.ts';
import type { Overview } from '../../use-cases/administration/overview.ts';
import type { AdminVisit } from '../guards/require-administrator.ts';
import type { Render } from '../pages/page-contract.ts';
import { signInsView } from './audit/sign-ins-view.ts';
import { type ConsoleRoute, consoleContext } from './console.ts';

export interface OverviewPageDeps {
  readonly overview: Overview;
  readonly findSignInNumbers: FindSignInNumbers;
  readonly render: Render;
}

export function overviewRoutes(deps: OverviewPageDeps): readonly ConsoleRoute[] {
  const { overview, findSignInNumbers, render } = deps;

  async function show(ctx: Context, visit: AdminVisit): Promise<void> {
    const [{ totals, requests }, signIns] = await Promise.all([
      overview(visit.scope),
      findSignInNumbers(visit.scope, visit.tenant.timeZone),
    ]);
    const { byMethod, ...counts } = totals;
    const model = {
      tenantName: visit.tenant.name,
      role: visit.actor.role,
      signIns: signIns && signInsView(signIns, visit),
      totals: counts,
      methods: [...byMethod].map(([method, count]) => ({ method, count })),
      requests,
    };
    render(ctx, 'admin-overview', model, consoleContext(visit, 'overview'));
  }

  return [{ method: 'GET', path: '/', page: 'overview', handle: show }];
}
