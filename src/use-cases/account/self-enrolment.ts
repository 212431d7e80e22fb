/** Enrolment from the security page: its transaction, and what it changes in the session that it happens in. */
import { isFactor } from '../../domain/enrolment/enrolment.ts';
import type { Visitor } from '../../domain/enrolment/steps.ts';
import { type AuthenticationEvent, isOfRecoveryCode } from '../../domain/policy/assurance.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import { accepted, type Outcome } from '../../domain/refusal.ts';
import type { SignInRecord } from '../../domain/sign-in/sign-in-record.ts';
import { EMPTY_TRANSACTION, type SignInTransaction } from '../../domain/sign-in/transaction.ts';
import type { EnrolmentStore, TransactionStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';
import type { Recovery } from '../enrolment/recovery-codes.ts';

interface SelfEnrolmentDeps {
  readonly transactions: Pick<TransactionStore, 'find' | 'remove'>;
  readonly enrolments: Pick<EnrolmentStore, 'listByAccount'>;
  readonly recovery: Pick<Recovery, 'renew'>;
  readonly clock: Clock;
}

/** Milliseconds. An enrolment that was not confirmed within this time is forgotten. */
const KEPT_MS = 15 * 60 * 1000;

/** The authentication events that the session has from now on. Null when they stay as they are. */
type Restatement = readonly AuthenticationEvent[] | null;

export function createSelfEnrolment({ transactions, enrolments, recovery, clock }: SelfEnrolmentDeps) {
  /** The enrolment that is under way in a session, or a new one. */
  async function transactionOf(record: SignInRecord): Promise<SignInTransaction> {
    const uid = `account:${record.sessionUid}`;
    const found = await transactions.find(uid, clock.now());
    if (found) return found;
    const { accountId, authentications, atMs } = record;
    const expiresAt = clock.now() + KEPT_MS;
    return {
      ...EMPTY_TRANSACTION,
      uid,
      version: 0,
      accountId,
      authentications,
      keepsAuthTime: atMs,
      expiresAt,
    };
  }

  /**
   * The session's events after a step: a factor that was proven in it is added, and takes the place of one that it has
   * replaced. Other sessions are asked for the new factor.
   */
  async function restatementAfter(
    { accountId, authentications }: SignInRecord,
    before: SignInTransaction,
    after: SignInTransaction,
  ): Promise<Restatement> {
    const proven = after.authentications.slice(before.authentications.length);
    if (proven.length === 0) return null;
    const existing = await enrolments.listByAccount(accountId);
    const replaced = before.pendingEnrolment?.replaces?.enrolmentId;
    const kept = authentications.filter(
      ({ method, enrolmentId }) =>
        existing.some(({ id }) => id === enrolmentId) ||
        !(enrolmentId === replaced || proven.some((each) => each.method === method)),
    );
    return [...kept, ...proven];
  }

  /** Ends the enrolment of a session. */
  async function end({ uid }: SignInTransaction): Promise<void> {
    await transactions.remove(uid);
  }

  /** Whether a factor was set up since the transaction began: its recovery codes came with it. */
  function hasNewFactor({ expiresAt }: SignInTransaction, { enrolments: existing }: PolicyResult): boolean {
    return existing.some((each) => isFactor(each) && each.createdAt >= expiresAt - KEPT_MS);
  }

  /** Replaces the recovery codes. A session that was signed in to by an old code continues on the new set. */
  async function renewCodes(
    record: SignInRecord,
    policyResult: PolicyResult,
    from: Visitor,
  ): Promise<Outcome<Restatement>> {
    const renewed = await recovery.renew(await transactionOf(record), policyResult, from);
    if (!renewed.ok) return renewed;
    const { authentications, accountId } = record;
    if (!authentications.some(isOfRecoveryCode)) return accepted(null);
    const setId = renewed.value.setId ?? (await newestSetOf(accountId));
    if (setId === null) return accepted(null);
    return accepted(
      authentications.map((event) => (isOfRecoveryCode(event) ? { ...event, enrolmentId: setId } : event)),
    );
  }

  /** The set that a simultaneous renewal has made. */
  async function newestSetOf(accountId: string): Promise<string | null> {
    const existing = await enrolments.listByAccount(accountId);
    return existing.findLast((each) => !isFactor(each))?.id ?? null;
  }

  return { transactionOf, restatementAfter, end, hasNewFactor, renewCodes };
}

export type SelfEnrolment = ReturnType<typeof createSelfEnrolment>;
