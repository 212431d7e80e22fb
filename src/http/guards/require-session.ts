/** Lets in who has a live session that is good enough, and sends everybody else through the provider for it. */
import type { Context, Next } from 'koa';
import {
  type EvaluatePolicy,
  NO_ASSURANCE_REQUESTED,
  type PolicyResult,
} from '../../domain/policy/policy.ts';
import { isEnded, type SignInRecord } from '../../domain/sign-in/sign-in-record.ts';
import type { ProviderSession } from '../../oidc/sessions.ts';
import type { SignInRecordStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';
import { ownPath } from './return-path.ts';

interface RequireSessionDeps {
  readonly session: ProviderSession;
  readonly records: Pick<SignInRecordStore, 'find'>;
  readonly evaluatePolicy: EvaluatePolicy;
  readonly clock: Clock;
  /** The provider's authorization endpoint, and ourselves as its client. */
  readonly authorization: { readonly path: string; readonly clientId: string; readonly redirectUri: string };
}

/** Who is signed in, as far as the pages behind the guard need it. */
export interface Visit {
  readonly record: SignInRecord;
  readonly policyResult: PolicyResult;
}

export function createRequireSession({
  session,
  records,
  evaluatePolicy,
  clock,
  authorization,
}: RequireSessionDeps) {
  const visits = new WeakMap<Context, Visit>();

  /**
   * `freshSeconds`: how old the second factor (the password where none is set up) may be; null: as old as the session.
   */
  function requireSession(freshSeconds: number | null) {
    return async (ctx: Context, next: Next): Promise<void> => {
      const visit = await visitOf(ctx, freshSeconds);
      if (!visit) return ask(ctx, freshSeconds);
      visits.set(ctx, visit);
      await next();
    };
  }

  async function visitOf(ctx: Context, freshSeconds: number | null): Promise<Visit | null> {
    const current = await session.current(ctx);
    const record = current ? await records.find(current.uid, clock.now()) : null;
    if (!current || record?.accountId !== current.accountId) return null;
    const requested = {
      ...NO_ASSURANCE_REQUESTED,
      freshMs: freshSeconds === null ? null : freshSeconds * 1000,
    };
    const { accountId, authentications, trustedBrowserId } = record;
    const policyResult = await evaluatePolicy({
      accountId,
      authentications,
      trustedBrowserId,
      requested,
      occasion: 'existing-session',
    });
    if (!policyResult || isEnded(authentications, policyResult)) return null;
    return policyResult.decision.kind === 'satisfied' ? { record, policyResult } : null;
  }

  /** Through our own authorization endpoint, like any relying party, and back to the page asked for. */
  function ask(ctx: Context, freshSeconds: number | null): void {
    const query = new URLSearchParams({
      client_id: authorization.clientId,
      response_type: 'none',
      scope: 'openid',
      redirect_uri: authorization.redirectUri,
      // A form whose time ran out is not sent again behind the person's back: its page is shown.
      state: ctx.method === 'GET' ? ctx.path : '/account/security',
      ...(freshSeconds === null ? {} : { max_age: String(freshSeconds) }),
    });
    ctx.status = 303;
    ctx.redirect(`${authorization.path}?${query}`);
  }

  /** Where the provider sends the browser back to: on to a page of the account, nowhere else. */
  function returnAddress(ctx: Context): string {
    const { state } = ctx.query;
    const path = ownPath(typeof state === 'string' ? state : undefined);
    const isOfAccount =
      path !== null && /^\/account(?:\/|$)/.test(new URL(path, 'http://own.invalid').pathname);
    return isOfAccount ? path : '/account';
  }

  function visitIn(ctx: Context): Visit {
    const visit = visits.get(ctx);
    if (!visit) throw new Error('a page of the account was reached without its guard');
    return visit;
  }

  return { requireSession, visitIn, returnAddress };
}

export type RequireSession = ReturnType<typeof createRequireSession>;
