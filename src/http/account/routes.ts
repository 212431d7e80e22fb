/** The account pages. */

import Router from '@koa/router';
import type { Context, Next } from 'koa';
import { type FormTokens, readForm } from '../guards/forms.ts';
import type { RequireSession } from '../guards/require-session.ts';
import type { Pages, Render } from '../pages/page-contract.ts';
import { referenceOf } from '../pages/reference.ts';
import { FRESH_SECONDS } from './account-page.ts';
import { addChangeEmailCodeRoutes, type ChangeEmailCodeDeps } from './change-email-code.ts';
import { addDetailsRoutes, type DetailsDeps } from './details.ts';
import { addPasswordRoutes, type PasswordPageDeps, showsPasswordSet } from './password.ts';
import { answersSetUp } from './security/factor-enrolment.ts';
import { addSecurityRoutes, type SecurityDeps } from './security/security.ts';
import { onlyTells } from './security/security-page.ts';
import { addSessionsRoutes, type SessionsDeps } from './sessions.ts';

interface AccountRoutesDeps
  extends SecurityDeps,
    PasswordPageDeps,
    DetailsDeps,
    ChangeEmailCodeDeps,
    SessionsDeps {
  readonly requireSession: RequireSession;
  readonly forms: FormTokens;
  readonly render: Render;
  /** The address at which a person goes on in an application. Null: it has none. */
  readonly applicationLink: (clientId: string) => string | null;
}

export function createAccountRoutes(needs: AccountRoutesDeps): Router {
  const { requireSession, render } = needs;
  const router = new Router({ prefix: '/account' });

  router.get('/return', back);
  router.use(whole);
  router.use(['/security', '/password'], freshEnough);
  addPasswordRoutes(router, needs);
  router.get('/application/:client', requireSession.requireSession(null), toApplication);
  addSecurityRoutes(router, needs);
  addDetailsRoutes(router, needs, addChangeEmailCodeRoutes(router, needs));
  addSessionsRoutes(router, needs);
  return router;

  /** The guard looks at the session after the whole form has arrived: a slow form may outlive a session or a factor. */
  async function whole(ctx: Context, next: Next): Promise<void> {
    if (ctx.method === 'POST') await readForm(ctx);
    await next();
  }

  /**
   * Changes need a fresh factor. The result page does not: after the last factor is removed none can be given. An answer of
   * a set-up is checked before the fresh factor is asked for, since its code would be gone afterwards.
   */
  async function freshEnough(ctx: Context, next: Next): Promise<void> {
    const guard = answersSetUp(ctx)
      ? requireSession.allowLate(FRESH_SECONDS)
      : requireSession.requireSession(onlyTells(ctx) || showsPasswordSet(ctx) ? null : FRESH_SECONDS);
    await guard(ctx, next);
  }

  /** The way on after an invitation that names an application. */
  function toApplication(ctx: Context): void {
    ctx.status = 303;
    ctx.redirect(needs.applicationLink(String(ctx.params.client)) ?? '/account');
  }

  /** The provider's answer to our own request. An error is shown. Otherwise the browser goes on to the page. */
  function back(ctx: Context): void {
    const { error } = ctx.query;
    if (typeof error !== 'string') {
      ctx.status = 303;
      ctx.redirect(requireSession.returnAddress(ctx));
      return;
    }
    // Any site can link to this address with any text, so only an error code of the protocol is shown (RFC 6749, 4.1.2.1).
    const protocol = { error: /^[a-z_]{1,60}$/.test(error) ? error : 'invalid_request', description: '' };
    const links = [
      { href: requireSession.returnAddress(ctx), text: 'try-again' as const },
      { href: '/', text: 'home' as const },
    ];
    const reference = referenceOf(ctx);
    const shown = titled(protocol);
    render(ctx, 'error', { ...shown, links, cancel: null, reference }, { status: 403 });
  }
}

type Shown = Pick<Pages['error'], 'title' | 'protocol'>;

/** A cancelled or refused sign-in has a title of its own, since no application is at fault. */
function titled(protocol: NonNullable<Shown['protocol']>): Shown {
  if (protocol.error === 'access_denied') return { title: 'cancelled', protocol: null };
  if (protocol.error === 'unmet_authentication_requirements') return { title: 'refused', protocol: null };
  return { title: 'protocol', protocol };
}
