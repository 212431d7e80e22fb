/** What this browser's session has proven, when that changes on a page of the account. */
import type { Context } from 'koa';
import { type AuthenticationEvent, acrOf, amrOf } from '../../domain/policy/assurance.ts';
import type { SignInRecord } from '../../domain/sign-in/sign-in-record.ts';
import type { ProviderSession } from '../../oidc/sessions.ts';
import type { SignInRecordStore } from '../../ports/stores.ts';

export interface SessionEventsDeps {
  readonly session: Pick<ProviderSession, 'restate'>;
  readonly records: Pick<SignInRecordStore, 'save'>;
}

/** The session goes on with these proofs: what is issued from now on says so. */
export type CarryOn = (
  ctx: Context,
  record: SignInRecord,
  authentications: readonly AuthenticationEvent[],
) => Promise<void>;

export function createCarryOn({ session, records }: SessionEventsDeps): CarryOn {
  return async (ctx, record, authentications) => {
    await records.save({ ...record, authentications });
    await session.restate(ctx, { acr: acrOf(authentications), amr: amrOf(authentications) });
  };
}
