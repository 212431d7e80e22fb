/** The forms that rename a factor, choose the default, and take such a change back. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Outcome } from '../../../domain/refusal.ts';
import type { FactorChanges } from '../../../use-cases/account/factor-changes.ts';
import type { Visit } from '../../../use-cases/account/visit.ts';
import type { Fields, FormTokens } from '../../guards/forms.ts';
import type { RequireSession } from '../../guards/require-session.ts';
import type { SecurityDone } from '../../pages/models/security-pages.ts';
import { type ShowSecurity, tell } from './security-page.ts';

export interface FactorChangeDeps {
  readonly requireSession: RequireSession;
  readonly factorChanges: FactorChanges;
  readonly forms: FormTokens;
}

export function addFactorChangeRoutes(
  router: Router,
  { requireSession, factorChanges, forms }: FactorChangeDeps,
  show: ShowSecurity,
): void {
  router.post('/security/factors/:id/rename', rename);
  router.post('/security/factors/:id/default', makeDefault);
  router.post('/security/no-default', makeDefault);
  router.post('/security/undo/:id', undo);

  async function rename(ctx: Context): Promise<void> {
    const { visit, id, fields } = await formOf(ctx);
    const { label = '' } = fields;
    const outcome = await factorChanges.rename(visit, id ?? '', label, ctx.ip);
    await finish(ctx, visit, outcome, 'renamed');
  }

  async function makeDefault(ctx: Context): Promise<void> {
    const { visit, id } = await formOf(ctx);
    await finish(ctx, visit, await factorChanges.makeDefault(visit, id, ctx.ip), 'default');
  }

  async function undo(ctx: Context): Promise<void> {
    const { visit, id } = await formOf(ctx);
    await finish(ctx, visit, await factorChanges.undo(visit, id ?? '', ctx.ip), 'undone');
  }

  /** The token of the form belongs to its factor, or its change, and to this session. */
  async function formOf(ctx: Context): Promise<{ visit: Visit; id: string | null; fields: Fields }> {
    const visit = requireSession.visitIn(ctx);
    const fields = await forms.read(ctx, visit.record.sessionUid);
    const { id = null } = ctx.params as { id?: string };
    return { visit, id, fields };
  }

  async function finish(
    ctx: Context,
    visit: Visit,
    outcome: Outcome<unknown>,
    done: SecurityDone,
  ): Promise<void> {
    if (!outcome.ok) return show(ctx, visit, { refusal: outcome.refusal });
    tell(ctx, done);
  }
}
