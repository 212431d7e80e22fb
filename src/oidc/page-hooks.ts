/** Shows our pages and answers in place of oidc-provider's own. The pages receive plain data of the request. */
import type { Context, Middleware, Next } from 'koa';
import type { errors, KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Refusal } from '../domain/refusal.ts';
import type { Logger } from '../ports/log.ts';
import { isPassing } from '../ports/passing-faults.ts';
import { TooManyStarts } from './requests/counted-starts.ts';
import type { PostedAnswer } from './requests/form-post.ts';

/** A fault of an authorization or logout request that a browser made. */
export interface ProtocolFault {
  /** An error code of the protocol (RFC 6749, 4.1.2.1). */
  readonly error: string;
  readonly description: string;
  readonly status: number;
  /** A store is away, or the server is overloaded. */
  readonly isPassing: boolean;
  /** The session of the interaction has expired or belongs to another browser. */
  readonly isSessionGone: boolean;
  /** When to try again after too many requests, in milliseconds since the epoch. Null for every other fault. */
  readonly retryAt: number | null;
}

/** A form that the library reads: `xsrf` is the token that it expects. */
export interface LibraryForm {
  readonly action: string;
  readonly xsrf: string;
}

/** A sign-out that is asked for. */
export interface SigningOut {
  /** Null when no application asked for it. */
  readonly clientId: string | null;
  /** The account of the live session. */
  readonly accountId: string | null;
}

/** The pages that replace the library's own. */
export interface ProviderPages {
  readonly error: (ctx: Context, fault: ProtocolFault) => Promise<void>;
  readonly signOut: (ctx: Context, form: LibraryForm, of: SigningOut) => Promise<void>;
  readonly signedOut: (ctx: Context, clientId: string | null) => void;
  readonly switchAccount: (ctx: Context, form: LibraryForm) => void;
  /** The code of a device is typed there. */
  readonly deviceCode: (ctx: Context, form: OwnForm, typed: string, refusal: Refusal | null) => void;
  readonly formPost: (ctx: Context, answer: PostedAnswer) => void;
  /** A form was sent that is of another page or session. */
  readonly foreignForm: (ctx: Context) => void;
}

/** A form of ours, whose token the library compares. */
interface OwnForm {
  readonly action: string;
  readonly token: string;
}

interface ErrorOut {
  readonly error: string;
  readonly error_description?: string | undefined;
}

/** Browsers visit these routes. Programs call all others and read JSON, whatever they accept (RFC 6749, 5.2). */
const BROWSER_ROUTES: ReadonlySet<string> = new Set([
  'authorization',
  'resume',
  'end_session',
  'end_session_confirm',
  'end_session_success',
  'code_verification',
  'device_resume',
]);

export function createPageHooks(pages: ProviderPages) {
  /** For `renderError`. */
  async function error(
    ctx: KoaContextWithOIDC,
    out: ErrorOut,
    fault: Error | errors.OIDCProviderError,
  ): Promise<void> {
    if (!BROWSER_ROUTES.has(ctx.oidc.route)) {
      ctx.body = out;
      return;
    }
    await pages.error(asKoa(ctx), {
      error: out.error,
      description: descriptionOf(out, fault),
      status: ctx.status,
      isPassing: isPassing(fault),
      isSessionGone: out.error === 'invalid_request' && fault.name === 'SessionNotFound',
      retryAt: fault instanceof TooManyStarts ? fault.retryAt : null,
    });
  }

  /** For `logoutSource`. */
  async function signOut(ctx: KoaContextWithOIDC): Promise<void> {
    const { client, session } = ctx.oidc;
    const xsrf = String(session?.state?.secret ?? '');
    const of = { clientId: client?.clientId ?? null, accountId: session?.accountId ?? null };
    await pages.signOut(asKoa(ctx), { action: ctx.oidc.urlFor('end_session_confirm'), xsrf }, of);
  }

  /** For `postLogoutSuccessSource`. */
  function signedOut(ctx: KoaContextWithOIDC): void {
    pages.signedOut(asKoa(ctx), ctx.oidc.client?.clientId ?? null);
  }

  return { error, signOut, signedOut };
}

/** The library's words for an unknown `client_id` do not say what is wrong. */
function descriptionOf({ error, error_description: description = '' }: ErrorOut, fault: Error): string {
  const isUnknownClient = error === 'invalid_client' && 'error_detail' in fault;
  return isUnknownClient && fault.error_detail === 'client not found'
    ? 'no client of this server has the client_id of the request'
    : description;
}
/** An interaction continues there. */
const RESUMES: ReadonlySet<string> = new Set(['resume', 'device_resume']);

/** Middleware for `provider.use` that replaces the two English pages for which the library has no hook. */
export function createFixedPageReplacement({
  switchAccount,
}: Pick<ProviderPages, 'switchAccount'>): Middleware {
  return async (ctx, next) => {
    const policy = ctx.response.get('Content-Security-Policy');
    await next();
    const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>;
    const state = oidc?.session?.state;
    if (oidc?.route === 'end_session_confirm' && !oidc.params?.logout) {
      // A person who chose to stay signed in must not read that they were signed out.
      const isDone = ctx.status === 303;
      if (isDone && ctx.response.get('Location').startsWith(oidc.urlFor('end_session_success')))
        seeOther(ctx, '/');
    } else if (!oidc || ctx.status !== 200 || typeof state?.secret !== 'string') {
      return;
    } else if (
      RESUMES.has(oidc.route) &&
      state.postLogoutRedirectUri === oidc.urlFor(oidc.route, ctx.params)
    ) {
      // The session belongs to another account: its logout comes first and leads back to this address.
      // The library has let a script of its page run, which is not in ours.
      if (policy) ctx.set('Content-Security-Policy', policy);
      switchAccount(ctx, { action: oidc.urlFor('end_session_confirm'), xsrf: state.secret });
    } else if (oidc.route === 'end_session' && !oidc.session?.accountId) {
      // Nobody is signed in: there is nothing to confirm and nothing to end.
      seeOther(ctx, afterSignOut(state) ?? signedOutPage(oidc));
    }
  };
}

/** The page names the application that asked for the sign-out. */
function signedOutPage(oidc: KoaContextWithOIDC['oidc']): string {
  const url = new URL(oidc.urlFor('end_session_success'));
  if (oidc.client) url.searchParams.set('client_id', oidc.client.clientId);
  return url.href;
}

/** Koa names the type of a text that is not there: of a revocation's answer, and of our redirects. */
export async function dropTypeOfNothing(ctx: Context, next: Next): Promise<void> {
  await next();
  if (ctx.body === '') ctx.remove('Content-Type');
}

/** The relying party's address for afterwards. The library has checked that it is registered. */
function afterSignOut(state: Readonly<Record<string, unknown>>): string | null {
  if (typeof state.postLogoutRedirectUri !== 'string') return null;
  const url = new URL(state.postLogoutRedirectUri);
  if (typeof state.state === 'string') url.searchParams.set('state', state.state);
  return url.href;
}

/** Logs the faults that the library handles by itself, and answers passing faults with 503. */
export function answerFaults(
  provider: Provider,
  { error: failed, warn }: Pick<Logger, 'error' | 'warn'>,
): void {
  provider.on('server_error', (ctx, error) => {
    const event = isPassing(error) ? 'request.unavailable' : 'request.failed';
    failed({ event, request_id: String(ctx.state.requestId ?? ''), error });
    // The library answers a relying party with 500. The error page for people sets its own status.
    if (isPassing(error) && isJson(ctx.body)) answerUnavailable(ctx);
  });
  provider.on('backchannel.error', (_ctx, error, client) => {
    warn({ event: 'logout.not_queued', client: client.clientId, error });
  });
}

function isJson(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'error' in body;
}

/** Seconds until a client may try again while a store is away. */
const RETRY_AFTER = '5';

/** RFC 7009, 2.2.1 asks for this status and header. */
function answerUnavailable(ctx: KoaContextWithOIDC): void {
  ctx.status = 503;
  ctx.set('Retry-After', RETRY_AFTER);
  ctx.body = {
    error: 'temporarily_unavailable',
    error_description: 'the server cannot do this now; try again',
  };
}

function seeOther(ctx: Context, url: string): void {
  ctx.status = 303;
  ctx.redirect(url);
  ctx.body = '';
}

function asKoa(ctx: KoaContextWithOIDC): Context {
  return ctx as unknown as Context;
}
