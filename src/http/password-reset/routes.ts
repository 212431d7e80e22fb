/** The pages for a forgotten password: one asks for a link, the one behind the link takes a new password. */
import Router from '@koa/router';
import type { Context } from 'koa';
import { type Account, shownEmail } from '../../domain/account.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { ForgottenPasswords, SendLater } from '../../use-cases/account/passwords/forgotten-password.ts';
import type { Passwords } from '../../use-cases/account/passwords/passwords.ts';
import type { PasswordResets } from '../../use-cases/account/passwords/reset-password.ts';
import type { FormTokens } from '../guards/forms.ts';
import type { KnownBrowser } from '../guards/known-browser.ts';
import { ownerContext, showLinkGone } from '../pages/link-pages.ts';
import type { PageLocale } from '../pages/locale.ts';
import type { Render } from '../pages/page-contract.ts';
import type { WayOn } from '../pages/way-on.ts';

interface PasswordResetRoutesDeps {
  readonly forgottenPassword: ForgottenPasswords;
  readonly passwordReset: PasswordResets;
  readonly passwords: Pick<Passwords, 'shortest'>;
  readonly knownBrowser: Pick<KnownBrowser, 'idFor'>;
  readonly wayOn: WayOn;
  readonly pageLocale: PageLocale;
  readonly forms: FormTokens;
  readonly render: Render;
}

const FORGOTTEN = '/forgot-password';
/** The form belongs to no session. A form of another site is refused before it is read. */
const NO_SESSION = 'forgot-password';

/** The path of a link, below the issuer. */
export function resetPath(token: string): string {
  return `/reset-password/${encodeURIComponent(token)}`;
}

export function createPasswordResetRoutes(needs: PasswordResetRoutesDeps): Router {
  const { forgottenPassword, passwordReset, passwords, knownBrowser, wayOn, forms, render } = needs;
  const router = new Router();

  router.get(FORGOTTEN, (ctx) => showForgotten(ctx));
  router.post(FORGOTTEN, send);
  router.get('/reset-password/:token', reset);
  router.post('/reset-password/:token', save);
  return router;

  function showForgotten(ctx: Context, email = '', refusal: Refusal | null = null): void {
    const isDone = refusal === null && ctx.query.sent !== undefined;
    render(ctx, 'forgot-password', { form: forms.form(FORGOTTEN, NO_SESSION), email, isDone }, { refusal });
  }

  async function send(ctx: Context): Promise<void> {
    const { email = '' } = await forms.read(ctx, NO_SESSION);
    const outcome = await forgottenPassword.ask({
      email,
      ip: ctx.ip,
      knownBrowser: knownBrowser.idFor(ctx, email),
      locale: needs.pageLocale(ctx, { uiLocales: undefined, chosen: null, tenant: null }),
    });
    if (!outcome.ok) return showForgotten(ctx, email, outcome.refusal);
    afterAnswer(ctx, outcome.value);
    ctx.status = 303;
    ctx.redirect(`${FORGOTTEN}?sent=1`);
  }

  async function reset(ctx: Context): Promise<void> {
    const found = await passwordReset.find(tokenOf(ctx));
    if (!found || (found.isUsed && ctx.query.done === undefined)) return gone(ctx);
    await showReset(ctx, found.account, { isDone: found.isUsed });
  }

  async function save(ctx: Context): Promise<void> {
    const token = tokenOf(ctx);
    const { password = '' } = await forms.read(ctx, token);
    const outcome = await passwordReset.reset(token, password, ctx.ip);
    if (outcome.ok) {
      ctx.status = 303;
      ctx.redirect(`${ctx.path}?done=1`);
      return;
    }
    const { refusal } = outcome;
    const found = refusal.code === 'session_expired' ? null : await passwordReset.find(token);
    if (!found) return gone(ctx);
    await showReset(ctx, found.account, { refusal });
  }

  async function showReset(
    ctx: Context,
    account: Account,
    { isDone = false, refusal = null }: { isDone?: boolean; refusal?: Refusal | null },
  ): Promise<void> {
    const model = {
      form: forms.form(ctx.path, tokenOf(ctx)),
      email: shownEmail(account.email),
      shortest: passwords.shortest(account),
      isDone,
      links: isDone ? await linksOn(ctx) : [],
    };
    render(ctx, 'reset-password', model, { ...ownerContext(account), refusal });
  }

  /** To the application that the person came from in this browser, else to a sign-in of our own. */
  async function linksOn(ctx: Context) {
    const links = await wayOn(ctx);
    return links.length > 0 ? links : [{ href: '/account', text: 'sign-in' as const }];
  }

  function gone(ctx: Context): void {
    const links = [{ href: FORGOTTEN, text: 'new-link' as const }];
    showLinkGone(ctx, render, { title: 'reset-gone', links });
  }
}

/** The work for a known address must not delay the answer to it. */
function afterAnswer(ctx: Context, act: SendLater): void {
  ctx.res.once('close', () => void act());
}

function tokenOf(ctx: Context): string {
  return String(ctx.params.token);
}
