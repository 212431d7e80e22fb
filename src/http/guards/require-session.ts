/** Lets a request with a sufficient live session pass, and redirects every other one to the provider for a sign-in. */
import type { Context, Next } from 'koa';
import { ownAuthorizationPath } from '../../oidc/clients/own-client.ts';
import type { LiveSession, ProviderSession } from '../../oidc/session/provider-session.ts';
import type { FindVisit, Visit } from '../../use-cases/account/visit.ts';
import type { LateForms } from './late-forms.ts';
import { ownPath } from './return-path.ts';

interface RequireSessionDeps {
  readonly session: Pick<ProviderSession, 'current'>;
  readonly findVisit: FindVisit;
  readonly lateForms: LateForms;
  readonly issuer: string;
}

export function createRequireSession({ session, findVisit, lateForms, issuer }: RequireSessionDeps) {
  const visits = new WeakMap<Context, Visit>();
  const late = new WeakSet<Context>();

  /**
   * `freshSeconds` limits the age of the second factor, or of the password where no factor is set up. Null sets no
   * limit.
   */
  function requireSession(freshSeconds: number | null) {
    return async (ctx: Context, next: Next): Promise<void> => {
      if (await demand(ctx, freshSeconds, pageOf(ctx))) await next();
    };
  }

  /**
   * As `requireSession`, but lets a session pass whose factor is too old. The route of such a request changes nothing of
   * the account, and asks for a fresh factor.
   */
  function allowLate(freshSeconds: number) {
    return async (ctx: Context, next: Next): Promise<void> => {
      if (await demandLate(ctx, freshSeconds, pageOf(ctx))) await next();
    };
  }

  /** As `demand`, but gives the visit of a session too whose factor is too old. */
  async function demandLate(ctx: Context, freshSeconds: number, returnTo: string): Promise<Visit | null> {
    const current = await session.current(ctx);
    const fresh = current && (await findVisit(current, freshSeconds));
    const visit = fresh ?? (current && (await findVisit(current, null)));
    if (!fresh) late.add(ctx);
    return admit(ctx, current, visit, freshSeconds, returnTo);
  }

  /** Whether the factor of a request behind `allowLate` or `demandLate` is too old for a change. */
  function isLate(ctx: Context): boolean {
    return late.has(ctx);
  }

  /**
   * The visit of a request. Null when the session is not enough: the browser is redirected to a sign-in, and from there to
   * `returnTo`. A form is not sent again without the person: its page is shown instead, with what was typed.
   */
  async function demand(ctx: Context, freshSeconds: number | null, returnTo: string): Promise<Visit | null> {
    const current = await session.current(ctx);
    const visit = current && (await findVisit(current, freshSeconds));
    return admit(ctx, current, visit, freshSeconds, returnTo);
  }

  async function admit(
    ctx: Context,
    current: LiveSession | null,
    visit: Visit | null,
    freshSeconds: number | null,
    returnTo: string,
  ): Promise<Visit | null> {
    if (visit) {
      visits.set(ctx, visit);
      await lateForms.restore(ctx, visit.record.sessionUid);
    } else await askAgain(ctx, current, freshSeconds, returnTo);
    return visit;
  }

  /** As `askForMore`, and keeps what was typed into a form of this session. */
  async function askAgain(
    ctx: Context,
    current: Pick<LiveSession, 'uid'> | null,
    freshSeconds: number | null,
    page: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const returnTo = current ? await lateForms.keep(ctx, current.uid, page) : page;
    askForMore(ctx, freshSeconds, returnTo, more);
  }

  /**
   * Redirects to our own authorization endpoint, like any relying party, and from there back to the page. `more`: further
   * parameters of the request, for example `acr_values`.
   */
  function askForMore(
    ctx: Context,
    freshSeconds: number | null,
    returnTo: string,
    more: Readonly<Record<string, string>> = {},
  ): void {
    const age = freshSeconds === null ? {} : { max_age: String(freshSeconds) };
    ctx.status = 303;
    ctx.redirect(ownAuthorizationPath(issuer, { state: returnTo, ...age, ...more }));
  }

  /** The page of the account or the console that the provider sends the browser back to. Others become `/account`. */
  function returnAddress(ctx: Context): string {
    const { state } = ctx.query;
    const path = ownPath(typeof state === 'string' ? state : undefined);
    const isOwn =
      path !== null && /^\/(?:account|admin)(?:\/|$)/.test(new URL(path, 'http://own.invalid').pathname);
    return isOwn ? path : '/account';
  }

  /** The visit of a request behind the guard. Throws for a request that did not pass it. */
  function visitIn(ctx: Context): Visit {
    const visit = visits.get(ctx);
    if (!visit) throw new Error('a page of the account was reached without its guard');
    return visit;
  }

  return {
    requireSession,
    demand,
    allowLate,
    demandLate,
    isLate,
    askForMore,
    askAgain,
    visitIn,
    returnAddress,
  };
}

/** The page to come back to: a form is not sent again without the person, so its page is shown instead. */
function pageOf({ method, path }: Context): string {
  return method !== 'GET' && path.startsWith('/account/security/') ? '/account/security' : path;
}

export type RequireSession = ReturnType<typeof createRequireSession>;
