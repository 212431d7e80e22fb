/**
 * Signs out without a question where a first-party client sends the ID token of the live session as `id_token_hint`
 * (OpenID Connect RP-Initiated Logout 1.0, 2). No other site has that token, so the question would protect from nothing.
 */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { Context, Middleware } from 'koa';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';

interface HintedSignOutDeps {
  readonly isFirstParty: (clientId: string | undefined) => boolean;
}

/**
 * For `provider.use`, as the last one. The library asks first. Then its own form is sent on behalf of the person, so that
 * all of a sign-out happens as after the question.
 */
export function createHintedSignOut(provider: Provider, { isFirstParty }: HintedSignOutDeps): Middleware {
  return async (ctx, next) => {
    await next();
    const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>;
    if (!oidc || !isAsked(ctx, oidc) || !isFirstParty(oidc.client?.clientId) || !isOfSession(oidc)) return;
    const confirmed = provider.createContext(confirmationOf(ctx, oidc), ctx.res);
    confirmed.state = ctx.state;
    dropCookies(ctx, provider.cookieName('session'));
    // The provider keeps its routes behind all other middleware.
    await provider.middleware.at(-1)?.(confirmed as Parameters<Middleware>[0], async () => {});
    ctx.body = confirmed.status === 303 ? '' : confirmed.body;
  };
}

/** Whether the library has just asked a person who came by a link. A browser may fetch a link before anybody follows it. */
function isAsked(ctx: Context, { route, session }: KoaContextWithOIDC['oidc']): boolean {
  const isFollowed = ctx.method === 'GET' && !ctx.get('Sec-Purpose').includes('prefetch');
  return route === 'end_session' && ctx.status === 200 && isFollowed && Boolean(session?.accountId);
}

/** The library has verified the hint's signature, issuer and audience. It may have expired, as the standard allows. */
function isOfSession({ entities, client, session }: KoaContextWithOIDC['oidc']): boolean {
  const { payload } = (entities.IdTokenHint ?? {}) as {
    readonly payload?: Readonly<Record<string, unknown>>;
  };
  if (!payload || !client || !session || payload.sub !== session.accountId) return false;
  // Only clients with back-channel logout get a `sid`. Without one the time of the sign-in names the session.
  if (payload.sid !== undefined) return payload.sid === session.sidFor(client.clientId);
  return session.loginTs !== undefined && payload.auth_time === session.loginTs;
}

/** The request that the library's form makes, with the cookies of this one. */
function confirmationOf({ req }: Context, oidc: KoaContextWithOIDC['oidc']): IncomingMessage {
  const body = Buffer.from(
    new URLSearchParams({ xsrf: String(oidc.session?.state?.secret ?? ''), logout: 'yes' }).toString(),
  );
  const { pathname } = new URL(oidc.urlFor('end_session_confirm'));
  const request = Object.assign(Readable.from([body], { objectMode: false }), {
    method: 'POST',
    url: pathname,
    headers: {
      ...req.headers,
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(body.length),
    },
    socket: req.socket,
  });
  return request as unknown as IncomingMessage;
}

/** The library renews the session's cookie with its question, before it clears that cookie. */
function dropCookies(ctx: Context, name: string): void {
  const cookies = [ctx.response.get('Set-Cookie')].flat().filter(Boolean);
  const others = cookies.filter((cookie) => !cookie.startsWith(`${name}=`) && !cookie.startsWith(`${name}.`));
  ctx.remove('Set-Cookie');
  if (others.length > 0) ctx.set('Set-Cookie', others);
}
