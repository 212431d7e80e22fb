/** Whether the sign-in of a live session is enough, by today's policy and for one request. */
import type { PolicyResult, RequestedAssurance } from '../../domain/policy/policy.ts';
import { isEnded, type SignInRecord } from '../../domain/sign-in/sign-in-record.ts';
import type { SignInRecordStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';
import type { EvaluatePolicy } from '../second-factor/evaluate-policy.ts';

interface LiveSessionDeps {
  readonly records: Pick<SignInRecordStore, 'find'>;
  readonly evaluatePolicy: EvaluatePolicy;
  readonly clock: Clock;
}

/** The sign-in of a live session, and the policy result that lets it in. */
export interface SufficientSession {
  readonly record: SignInRecord;
  readonly policyResult: PolicyResult;
}

/** Null when its sign-in is not on record or has ended, or when the policy or the request asks for more. */
export type FindSufficientSession = (
  session: { readonly uid: string; readonly accountId: string },
  requested: RequestedAssurance,
) => Promise<SufficientSession | null>;

export function createFindSufficientSession({
  records,
  evaluatePolicy,
  clock,
}: LiveSessionDeps): FindSufficientSession {
  return async (session, requested) => {
    const record = await records.find(session.uid, clock.now());
    if (record?.accountId !== session.accountId) return null;
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
  };
}
