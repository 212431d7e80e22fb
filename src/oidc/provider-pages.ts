/** Our pages in place of oidc-provider's own: its errors, its logout, and the change from one account to another. */
import type { Context, Middleware } from 'koa';
import type { errors, KoaContextWithOIDC } from 'oidc-provider';
import { pagePath } from '../http/guards/return-path.ts';
import type { Render } from '../http/pages/page-contract.ts';
import { StoreUnavailable } from '../ports/faults.ts';
import { Busy } from '../ports/system.ts';

export interface ProviderPages {
  readonly error: (ctx: KoaContextWithOIDC, out: ProtocolError, error: Error) => void;
  readonly signOut: (ctx: KoaContextWithOIDC) => void;
  readonly signedOut: (ctx: KoaContextWithOIDC) => void;
  /** For `provider.use`: rewrites the two English pages that the library offers no hook for. */
  readonly handOver: Middleware;
}

interface ProtocolError {
  readonly error: string;
  readonly error_description?: string | undefined;
}

interface ProviderPagesDeps {
  readonly render: Render;
  readonly clientName: (clientId: string) => string;
  readonly clientTenant: (clientId: string) => string | null;
}

/** Where browsers are led. All other routes are called by programs, which read JSON whatever they say (RFC 6749, 5.2). */
const BROWSER_ROUTES: ReadonlySet<string> = new Set([
  'authorization',
  'resume',
  'end_session',
  'end_session_confirm',
  'end_session_success',
]);

/** Whether a fault passes by itself: answered 503, to be tried again. */
export function isPassing(error: unknown): boolean {
  return error instanceof StoreUnavailable || error instanceof Busy;
}

export function createProviderPages({ render, clientName, clientTenant }: ProviderPagesDeps): ProviderPages {
  /** Our page for a protocol error; a store that is away is 503, whatever the library made of it. */
  function error(ctx: KoaContextWithOIDC, out: ProtocolError, fault: Error | errors.OIDCProviderError): void {
    if (!BROWSER_ROUTES.has(ctx.oidc.route)) {
      ctx.body = out;
      return;
    }
    const unavailable = isPassing(fault);
    const status = unavailable ? 503 : ctx.status;
    const protocol = { error: out.error, description: out.error_description ?? '' };
    const gone = out.error === 'invalid_request' && fault.name === 'SessionNotFound';
    const title = unavailable ? 'unavailable' : gone ? 'expired' : status >= 500 ? 'failed' : 'protocol';
    const model = { title, protocol: title === 'protocol' ? protocol : null, cancel: null } as const;
    const page = asKoa(ctx);
    const again = status >= 500 ? pagePath(page) : null;
    const home = { href: '/', text: 'home' as const };
    const links = again === null ? [home] : [{ href: again, text: 'try-again' as const }, home];
    render(page, 'error', { ...model, links, requestId: String(ctx.state.requestId ?? '') }, { status });
  }

  function signOut(ctx: KoaContextWithOIDC): void {
    const { client, session } = ctx.oidc;
    const model = {
      action: ctx.oidc.urlFor('end_session_confirm'),
      xsrf: String(session?.state?.secret ?? ''),
      clientName: client ? clientName(client.clientId) : null,
    };
    render(asKoa(ctx), 'sign-out', model, { tenantId: client ? clientTenant(client.clientId) : null });
  }

  function signedOut(ctx: KoaContextWithOIDC): void {
    const { client } = ctx.oidc;
    render(asKoa(ctx), 'signed-out', { clientName: client ? clientName(client.clientId) : null });
  }

  async function handOver(ctx: Context, next: () => Promise<unknown>): Promise<void> {
    await next();
    const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>;
    const state = oidc?.session?.state;
    if (oidc?.route === 'end_session_confirm' && !oidc.params?.logout) {
      // Who stays signed in is not told the opposite.
      const isDone = ctx.status === 303;
      if (isDone && ctx.response.get('Location').startsWith(oidc.urlFor('end_session_success')))
        seeOther(ctx, '/');
    } else if (!oidc || ctx.status !== 200 || typeof state?.secret !== 'string') {
      return;
    } else if (oidc.route === 'resume' && state.postLogoutRedirectUri === oidc.urlFor('resume', ctx.params)) {
      // Another account signed in than the one of the session: the old one leaves first, and comes back here.
      render(ctx, 'switch-account', { action: oidc.urlFor('end_session_confirm'), xsrf: state.secret });
    } else if (oidc.route === 'end_session' && !oidc.session?.accountId) {
      // Nobody is signed in: nothing to ask, and nothing to end.
      seeOther(ctx, afterSignOut(state) ?? oidc.urlFor('end_session_success'));
    }
  }

  return { error, signOut, signedOut, handOver };
}

/** The relying party's own address for afterwards; the library has checked that it is registered. */
function afterSignOut(state: Readonly<Record<string, unknown>>): string | null {
  if (typeof state.postLogoutRedirectUri !== 'string') return null;
  const url = new URL(state.postLogoutRedirectUri);
  if (typeof state.state === 'string') url.searchParams.set('state', state.state);
  return url.href;
}

function seeOther(ctx: Context, url: string): void {
  ctx.status = 303;
  ctx.redirect(url);
  ctx.body = '';
}

function asKoa(ctx: KoaContextWithOIDC): Context {
  return ctx as unknown as Context;
}
