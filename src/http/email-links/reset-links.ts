/** The pages behind the links in mails about a reset. A GET shows a button and changes nothing. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { type Account, shownEmail } from '../../domain/account.ts';
import { ACRS } from '../../domain/policy/acr.ts';
import { ownAuthorizationPath } from '../../oidc/clients/own-client.ts';
import type { ResetLinks } from '../../use-cases/resets/mailed-links.ts';
import type { FormTokens } from '../guards/forms.ts';
import type { VisitCookie } from '../guards/visit-cookie.ts';
import { ownerContext, showLinkGone } from '../pages/link-pages.ts';
import type { Pages, Render } from '../pages/page-contract.ts';

export interface ResetLinkDeps {
  readonly resetLinks: ResetLinks;
  readonly visitCookie: Pick<VisitCookie, 'give'>;
  readonly forms: FormTokens;
  readonly render: Render;
  readonly issuer: string;
  /** Whether the tenant offers the account a second factor at all. */
  readonly isOffered: (account: Account) => boolean;
}

/** The lowest level with two steps, so that the sign-in leads to a set-up where the tenant leaves it to the person. */
const [, TWO_STEPS] = ACRS;

/** Adds the pages to the router of links in mails. */
export function addResetLinks(router: Router, needs: ResetLinkDeps): void {
  const { resetLinks, visitCookie, forms, render, issuer, isOffered } = needs;

  router.get('/cancel-reset/:token', askToCancel);
  router.post('/cancel-reset/:token', cancel);
  router.get('/set-up-again/:token', askToSetUp);
  router.post('/set-up-again/:token', setUp);

  async function askToCancel(ctx: Context): Promise<void> {
    const token = String(ctx.params.token);
    const found = await resetLinks.toCancel(token);
    const isDone = found?.state === 'cancelled';
    if (!found || !(isDone || found.state === 'open' || found.state === 'approved'))
      return gone(ctx, 'reset-request-gone', found?.account.tenantId);
    const { account, request } = found;
    const model = {
      form: forms.form(ctx.path, token),
      email: shownEmail(account.email),
      requestedAt: request.createdAt,
      browser: request.browser,
      isDone,
    };
    render(ctx, 'cancel-reset', model, ownerContext(account));
  }

  async function cancel(ctx: Context): Promise<void> {
    const token = String(ctx.params.token);
    await forms.read(ctx, token);
    if (!(await resetLinks.cancel(token, ctx.ip))) return gone(ctx, 'reset-request-gone');
    ctx.status = 303;
    ctx.redirect(ctx.path);
  }

  async function askToSetUp(ctx: Context): Promise<void> {
    const token = String(ctx.params.token);
    const found = await resetLinks.toSetUp(token);
    if (!found) return gone(ctx, 'set-up-gone');
    const { account } = found;
    const model = { form: forms.form(ctx.path, token), email: shownEmail(account.email) };
    render(ctx, 'set-up-again', model, ownerContext(account));
  }

  /** Leads to a sign-in of its own, at which the ticket in the cookie is the proof for the set-up. */
  async function setUp(ctx: Context): Promise<void> {
    const token = String(ctx.params.token);
    await forms.read(ctx, token);
    const used = await resetLinks.useSetUp(token, ctx.ip);
    if (!used) return gone(ctx, 'set-up-gone');
    visitCookie.give(ctx, used.ticket);
    ctx.status = 303;
    ctx.redirect(
      ownAuthorizationPath(issuer, {
        state: '/account/security',
        prompt: 'login',
        login_hint: shownEmail(used.account.email),
        ...(isOffered(used.account) ? { acr_values: TWO_STEPS } : {}),
      }),
    );
  }

  function gone(ctx: Context, title: Pages['error']['title'], tenantId: string | null = null): void {
    showLinkGone(ctx, render, { title }, { tenantId });
  }
}
