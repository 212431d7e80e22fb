/** The account pages. */

import Router from '@koa/router';
import type { Context, Next } from 'koa';
import { shownEmail } from '../../domain/account.ts';
import { type FormTokens, readForm } from '../guards/forms.ts';
import type { RequireSession } from '../guards/require-session.ts';
import type { Pages, Render } from '../pages/page-contract.ts';
import { addSecurityRoutes, onlyTells, type SecurityDeps } from './security.ts';

interface AccountRoutesDeps extends SecurityDeps {
  readonly requireSession: RequireSession;
  readonly forms: FormTokens;
  readonly render: Render;
  /** The address at which a person goes on in an application. Null: it has none. */
  readonly applicationLink: (clientId: string) => string | null;
}

/** The highest age of the second factor for a change of factors. NIST SP 800-63B-4, 2.2.3 sets no number. */
const FRESH_SECONDS = 5 * 60;

export function createAccountRoutes(needs: AccountRoutesDeps): Router {
  const { requireSession, render } = needs;
  const router = new Router({ prefix: '/account' });

  router.get('/return', back);
  router.use(whole);
  router.use('/security', freshEnough);
  router.get('/', requireSession.requireSession(null), overview);
  router.get('/application/:client', requireSession.requireSession(null), toApplication);
  addSecurityRoutes(router, needs);
  return router;

  /** The guard looks at the session after the whole form has arrived: a slow form may outlive a session or a factor. */
  async function whole(ctx: Context, next: Next): Promise<void> {
    if (ctx.method === 'POST') await readForm(ctx);
    await next();
  }

  /** Changes need a fresh factor. The result page does not: after the last factor is removed none can be given. */
  async function freshEnough(ctx: Context, next: Next): Promise<void> {
    await requireSession.requireSession(onlyTells(ctx) ? null : FRESH_SECONDS)(ctx, next);
  }

  /** The way on after an invitation that names an application. */
  function toApplication(ctx: Context): void {
    ctx.status = 303;
    ctx.redirect(needs.applicationLink(String(ctx.params.client)) ?? '/account');
  }

  function overview(ctx: Context): void {
    const { account, tenant } = requireSession.visitIn(ctx).policyResult;
    const email = shownEmail(account.email);
    const model = { name: account.name, email, tenantName: tenant.name };
    render(ctx, 'account', model, { tenantId: tenant.id, locale: account.locale, signedInAs: email });
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
    const reference = String(ctx.state.reference ?? '');
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
