/** Replaces the authentication events of this browser's session, after a change on an account page. */
import type { Context } from 'koa';
import { type AuthenticationEvent, acrOf, amrOf } from '../../../domain/policy/assurance.ts';
import { type SignInRecord, withoutRemoved } from '../../../domain/sign-in/sign-in-record.ts';
import type { ProviderSession } from '../../../oidc/session/provider-session.ts';
import type { Visit } from '../../../use-cases/account/visit.ts';
import type { RestateRecord } from '../../../use-cases/sign-in/sign-in-records.ts';

export interface RestateSessionDeps {
  readonly session: Pick<ProviderSession, 'restate'>;
  readonly restateRecord: RestateRecord;
}

/** Tokens that are issued from now on carry the level of these events. */
export type RestateSession = (
  ctx: Context,
  record: SignInRecord,
  authentications: readonly AuthenticationEvent[],
) => Promise<void>;

export function createRestateSession({ session, restateRecord }: RestateSessionDeps): RestateSession {
  return async (ctx, record, authentications) => {
    await restateRecord(record, authentications);
    await session.restate(ctx, { acr: acrOf(authentications), amr: amrOf(authentications) });
  };
}

/** Continues the session of a visit after these factors were removed, by their ids. */
export type ContinueWithout = (ctx: Context, visit: Visit, removed: readonly string[]) => Promise<void>;

export function createContinueWithout(deps: RestateSessionDeps): ContinueWithout {
  const restateSession = createRestateSession(deps);

  return async (ctx, { record, policyResult }, removed) => {
    if (removed.length === 0) return;
    await restateSession(
      ctx,
      record,
      withoutRemoved(record.authentications, policyResult.enrolments, removed),
    );
  };
}
