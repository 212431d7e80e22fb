/** The password page: a signed-in person chooses another password. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { shownEmail } from '../../domain/account.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { PasswordChanges } from '../../use-cases/account/passwords/change-password.ts';
import type { Passwords } from '../../use-cases/account/passwords/passwords.ts';
import type { Visit } from '../../use-cases/account/visit.ts';
import type { FormTokens } from '../guards/forms.ts';
import type { KnownBrowser } from '../guards/known-browser.ts';
import type { RequireSession } from '../guards/require-session.ts';
import type { Render } from '../pages/page-contract.ts';
import { accountContext } from './page-context.ts';

export interface PasswordPageDeps {
  readonly requireSession: RequireSession;
  readonly passwordChange: PasswordChanges;
  readonly passwords: Pick<Passwords, 'shortest'>;
  readonly knownBrowser: Pick<KnownBrowser, 'idFor'>;
  readonly forms: FormTokens;
  readonly render: Render;
}

const PATH = '/account/password';

export function addPasswordRoutes(router: Router, needs: PasswordPageDeps): void {
  const { requireSession, passwordChange, passwords, knownBrowser, forms, render } = needs;

  router.get('/password', (ctx) => show(ctx, requireSession.visitIn(ctx)));
  router.post('/password', save);

  async function save(ctx: Context): Promise<void> {
    const visit = requireSession.visitIn(ctx);
    const fields = await forms.read(ctx, visit.record.sessionUid);
    const keepSessions = fields.keep_sessions !== undefined;
    const outcome = await passwordChange.change(visit, {
      current: fields.current_password ?? '',
      password: fields.password ?? '',
      keepSessions,
      ip: ctx.ip,
      knownBrowser: knownBrowser.idFor(ctx, visit.policyResult.account.email),
    });
    if (!outcome.ok) return show(ctx, visit, { refusal: outcome.refusal, keepSessions });
    ctx.status = 303;
    ctx.redirect(`${PATH}?done=1`);
  }

  function show(
    ctx: Context,
    visit: Visit,
    { refusal = null, keepSessions = false }: { refusal?: Refusal | null; keepSessions?: boolean } = {},
  ): void {
    const { account } = visit.policyResult;
    const email = shownEmail(account.email);
    const model = {
      form: forms.form(PATH, visit.record.sessionUid),
      email,
      asksCurrent: passwordChange.needsCurrent(visit),
      shortest: passwords.shortest(account),
      keepSessions,
      frozenAt: account.frozenAt,
      isDone: showsPasswordSet(ctx),
    };
    render(ctx, 'password', model, accountContext(visit, refusal));
  }
}

/** Whether a request only shows the result of the change. */
export function showsPasswordSet(ctx: Context): boolean {
  return ctx.method === 'GET' && ctx.path === PATH && ctx.query.done !== undefined;
}
