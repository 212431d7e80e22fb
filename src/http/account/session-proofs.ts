/** What this browser's session has proven, when that changes on a page of the account. */
import type { Context } from 'koa';
import { acrOf, amrOf, type Proof } from '../../domain/policy/assurance.ts';
import type { SignInRecord } from '../../domain/sign-in/sign-in-record.ts';
import type { ProviderSession } from '../../oidc/sessions.ts';
import type { SignInRecordStore } from '../../ports/stores.ts';

export interface SessionProofsNeeds {
  readonly session: Pick<ProviderSession, 'restate'>;
  readonly records: Pick<SignInRecordStore, 'save'>;
}

/** The session goes on with these proofs: what is issued from now on says so. */
export type CarryOn = (ctx: Context, record: SignInRecord, proofs: readonly Proof[]) => Promise<void>;

export function createCarryOn({ session, records }: SessionProofsNeeds): CarryOn {
  return async (ctx, record, proofs) => {
    await records.save({ ...record, proofs });
    await session.restate(ctx, { acr: acrOf(proofs), amr: amrOf(proofs) });
  };
}
