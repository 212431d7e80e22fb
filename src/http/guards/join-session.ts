/**
 * Ends an interaction that began before this browser was signed in: the session of another tab answers its request too.
 * Nobody gives a password or a code twice, and no code counts as used before.
 */
import type { Context } from 'koa';
import type { Account } from '../../domain/account.ts';
import { type ClientRule, requestedAssuranceOf } from '../../oidc/requests/requested-assurance.ts';
import type { InteractionView, LiveSession, ProviderSession } from '../../oidc/session/provider-session.ts';
import type { Clock } from '../../ports/system.ts';
import type { FindSufficientSession } from '../../use-cases/sign-in/live-session.ts';

interface JoinSessionDeps {
  readonly session: Pick<ProviderSession, 'current' | 'join'>;
  readonly findSufficientSession: FindSufficientSession;
  readonly clientRule: (clientId: string) => ClientRule;
  readonly clock: Clock;
}

/**
 * Returns the address at which the provider goes on. Null when the browser has no session that satisfies the request, or
 * when `isWanted` does not take its account.
 */
export type JoinSession = (
  ctx: Context,
  view: InteractionView,
  isWanted: (account: Account) => boolean,
) => Promise<string | null>;

export function createJoinSession(needs: JoinSessionDeps): JoinSession {
  const { session, findSufficientSession, clientRule, clock } = needs;

  return async (ctx, view, isWanted) => {
    if (view.prompt !== 'login' || view.session?.isUnchanged) return null;
    const live = await session.current(ctx);
    if (!live || !isSince(view, live) || isTooOld(view, live)) return null;
    if (view.wantedAccountId !== null && view.wantedAccountId !== live.accountId) return null;
    const requested = requestedAssuranceOf(view.params, clientRule(view.clientId));
    const sufficient = await findSufficientSession(live, requested);
    return sufficient && isWanted(sufficient.policyResult.account) ? session.join(ctx, live) : null;
  };

  /** As the library compares it at the resume. */
  function isTooOld({ params }: InteractionView, { signedInAt }: LiveSession): boolean {
    if (params.max_age === undefined) return false;
    return Math.floor(clock.now() / 1000) - Math.floor(signedInAt / 1000) > Number(params.max_age);
  }
}

/**
 * Whether this sign-in is an answer to the request. A request that began in a session has found it insufficient, so only
 * a later sign-in of that session counts. Both times are whole seconds.
 */
function isSince({ session, params, beganAt }: InteractionView, { signedInAt }: LiveSession): boolean {
  if (session !== null) return signedInAt > beganAt;
  const isNewWanted = String(params.prompt ?? '')
    .split(' ')
    .includes('login');
  return !isNewWanted || signedInAt >= beganAt;
}
