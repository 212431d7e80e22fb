/**
 * Lets administrators, managers and the help desk into the console: with a second factor of the last ten minutes, whatever
 * the tenant asks of its members.
 */
import type { Context } from 'koa';
import type { Account } from '../../domain/account.ts';
import { type ConsolePage, mayOpen, type Scope, scopeOf } from '../../domain/administration/may-act.ts';
import type { Acr } from '../../domain/policy/acr.ts';
import { NO_ASSURANCE_REQUESTED, type RequestedAssurance } from '../../domain/policy/policy.ts';
import type { Tenant } from '../../domain/tenant.ts';
import type { ProviderSession } from '../../oidc/session/provider-session.ts';
import type { FindSufficientSession, SufficientSession } from '../../use-cases/sign-in/live-session.ts';
import type { LateForms } from './late-forms.ts';
import type { RequireSession } from './require-session.ts';

interface RequireAdministratorDeps {
  readonly session: Pick<ProviderSession, 'current'>;
  readonly findSufficientSession: FindSufficientSession;
  readonly requireSession: Pick<RequireSession, 'askAgain'>;
  readonly lateForms: Pick<LateForms, 'restore'>;
}

/** The highest age of the second factor. */
const FRESH_SECONDS = 10 * 60;
const LEVEL: Acr = 'https://refeds.org/profile/mfa';
const REQUESTED: RequestedAssurance = {
  ...NO_ASSURANCE_REQUESTED,
  acrs: [LEVEL],
  freshMs: FRESH_SECONDS * 1000,
};

/** A request of a person who may open the page. */
export interface AdminVisit {
  readonly actor: Account;
  readonly tenant: Tenant;
  /** The members whom this person sees. */
  readonly scope: Scope;
  readonly sessionUid: string;
}

export type RequireAdministrator = ReturnType<typeof createRequireAdministrator>;

export function createRequireAdministrator(deps: RequireAdministratorDeps) {
  const { session, findSufficientSession, requireSession, lateForms } = deps;

  /**
   * Null when the browser was redirected to a sign-in, or to a second factor, and from there to `returnTo`. Throws 403 for a
   * person whose role does not open the page, before a second factor is asked for.
   */
  return async (ctx: Context, page: ConsolePage, returnTo: string): Promise<AdminVisit | null> => {
    const current = await session.current(ctx);
    const fresh = current && (await findSufficientSession(current, REQUESTED));
    const live = fresh ?? (current && (await findSufficientSession(current, NO_ASSURANCE_REQUESTED)));
    if (!live) {
      await requireSession.askAgain(ctx, current, null, returnTo);
      return null;
    }
    const visit = visitOf(live, page) ?? ctx.throw(403);
    if (fresh) {
      await lateForms.restore(ctx, visit.sessionUid);
      return visit;
    }
    await requireSession.askAgain(ctx, current, FRESH_SECONDS, returnTo, { acr_values: LEVEL });
    return null;
  };
}

/** Null for a person whose role does not open the page. */
function visitOf({ record, policyResult }: SufficientSession, page: ConsolePage): AdminVisit | null {
  const { account: actor, tenant } = policyResult;
  const scope = scopeOf(actor);
  return scope && mayOpen(actor.role, page) ? { actor, tenant, scope, sessionUid: record.sessionUid } : null;
}
