/** A visit to the account pages: whether the live session is enough for them. */
import { NO_ASSURANCE_REQUESTED, type PolicyResult } from '../../domain/policy/policy.ts';
import { isEnded, type SignInRecord } from '../../domain/sign-in/sign-in-record.ts';
import type { SignInRecordStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';
import type { EvaluatePolicy } from '../second-factor/evaluate-policy.ts';

interface VisitDeps {
  readonly records: Pick<SignInRecordStore, 'find'>;
  readonly evaluatePolicy: EvaluatePolicy;
  readonly clock: Clock;
}

/** The sign-in of a live session, and the policy result that lets it in. */
export interface Visit {
  readonly record: SignInRecord;
  readonly policyResult: PolicyResult;
}

/**
 * Evaluates the live session. Null when its sign-in is not on record or has ended, or when the policy asks for more.
 * `freshSeconds` limits the age of the second factor, or of the password where no factor is set up. Null sets no limit.
 */
export type FindVisit = (
  session: { readonly uid: string; readonly accountId: string },
  freshSeconds: number | null,
) => Promise<Visit | null>;

export function createFindVisit({ records, evaluatePolicy, clock }: VisitDeps): FindVisit {
  return async (session, freshSeconds) => {
    const record = await records.find(session.uid, clock.now());
    if (record?.accountId !== session.accountId) return null;
    const { accountId, authentications, trustedBrowserId } = record;
    const freshMs = freshSeconds === null ? null : freshSeconds * 1000;
    const policyResult = await evaluatePolicy({
      accountId,
      authentications,
      trustedBrowserId,
      requested: { ...NO_ASSURANCE_REQUESTED, freshMs },
      occasion: 'existing-session',
    });
    if (!policyResult || isEnded(authentications, policyResult)) return null;
    return policyResult.decision.kind === 'satisfied' ? { record, policyResult } : null;
  };
}
