/** Recovery codes: shown once, counted, and replaced. */
import {
  type Enrolment,
  enrolmentPurpose,
  hasFactor,
  isFactor,
  isVoidSet,
} from '../../domain/enrolment/enrolment.ts';
import type { Visitor } from '../../domain/enrolment/steps.ts';
import type { OnceEvent } from '../../domain/events.ts';
import type { Methods } from '../../domain/methods/index.ts';
import { isOfRecoveryCode } from '../../domain/policy/assurance.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import { accepted, FROZEN, type Outcome, refused } from '../../domain/refusal.ts';
import {
  newCodesPurpose,
  resolveConcurrentSave,
  type SignInTransaction,
} from '../../domain/sign-in/transaction.ts';
import type { EventLog } from '../../ports/events.ts';
import type { EnrolmentStore, OnceStore, TransactionStore } from '../../ports/stores.ts';
import type { Cipher, Clock, Random } from '../../ports/system.ts';

interface RecoveryDeps {
  readonly methods: Pick<Methods, 'paper'>;
  readonly enrolments: Pick<EnrolmentStore, 'insert' | 'remove' | 'raiseLastStep'>;
  readonly onceKeys: Pick<OnceStore, 'held'>;
  readonly transactions: Pick<TransactionStore, 'save' | 'find'>;
  readonly cipher: Pick<Cipher, 'encrypt' | 'decrypt' | 'tryDecrypt' | 'digest'>;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Random;
}

/** New codes, which stay in the transaction until they are shown. */
export interface RenewedCodes {
  readonly transaction: SignInTransaction;
  /** The id of the new set. Null when a simultaneous request made one. */
  readonly setId: string | null;
}

/** The recovery codes that were made when the enrolment of a first factor began. */
export interface MadeCodes {
  /** False when another visit stored a set first: the codes are then not shown. */
  areGood(transaction: SignInTransaction, policyResult: PolicyResult): boolean;
  /** Stores them, for an account without a set. Two requests for one factor store one set. */
  keep(transaction: SignInTransaction, policyResult: PolicyResult, factorId: string): Promise<void>;
}

export function createRecovery({
  methods: { paper },
  enrolments,
  onceKeys,
  transactions,
  cipher,
  events,
  clock,
  random,
}: RecoveryDeps) {
  /** The number of codes that are still valid. 0 for an account without any. */
  async function left({ enrolments: enrolled }: Pick<PolicyResult, 'enrolments'>): Promise<number> {
    const claimable = enrolled.flatMap((set) =>
      isFactor(set) ? [] : digestsOf(set).map((kept) => paper.keyOf(set.id, kept)),
    );
    if (claimable.length === 0) return 0;
    return claimable.length - (await onceKeys.held(claimable)).size;
  }

  function digestsOf(set: Enrolment): readonly string[] {
    const text = set.secret === null ? null : cipher.tryDecrypt(set.secret, enrolmentPurpose(set));
    const digests: unknown = text === null ? [] : JSON.parse(text);
    return Array.isArray(digests) ? digests.map(String) : [];
  }

  /** The codes that the person has yet to save, as they are shown. Empty when there are none. */
  function shown(transaction: SignInTransaction): readonly string[] {
    if (transaction.newCodes === null) return [];
    const codes: unknown = JSON.parse(cipher.decrypt(transaction.newCodes, newCodesPurpose(transaction)));
    return Array.isArray(codes) ? codes.map(String) : [];
  }

  /** Removes the codes from the transaction after the person has saved them, so that they are not shown again. */
  async function putAway(transaction: SignInTransaction): Promise<Outcome<SignInTransaction>> {
    if (transaction.newCodes === null) return accepted(transaction);
    const next = { ...transaction, newCodes: null };
    const kept = await transactions.save(next);
    return kept ? accepted(kept) : concurrentSaveOf(transaction, ({ newCodes }) => newCodes === null);
  }

  /** Replaces all codes by ten new ones, for an account that has a factor to recover from. */
  async function renew(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    from: Visitor,
  ): Promise<Outcome<RenewedCodes>> {
    const { account, tenant, enrolments: before } = policyResult;
    if (account.frozenAt !== null) return refused(FROZEN);
    if (!hasFactor(before)) return refused({ code: 'method_not_allowed' });
    const codes = paper.newCodes((count) => random.bytes(count));
    const id = random.id();
    const next = {
      ...transaction,
      pendingEnrolment: null,
      // A code of the old set was given in this sign-in: it goes on with the new set.
      authentications: transaction.authentications.map((event) =>
        isOfRecoveryCode(event) ? { ...event, enrolmentId: id } : event,
      ),
      newCodes: cipher.encrypt(JSON.stringify(codes), newCodesPurpose(transaction)),
    };
    // Stored before they are shown, so that every code that a person writes down is valid.
    await keep(id, codes, policyResult);
    // Two simultaneous requests make one set, and both show it.
    const kept = await transactions.save(next);
    if (!kept) {
      await enrolments.remove(account.id, id);
      const concurrent = await concurrentSaveOf(transaction, ({ newCodes }) => newCodes !== null);
      return concurrent.ok ? accepted({ transaction: concurrent.value, setId: null }) : concurrent;
    }
    const old = before.filter((each) => !isFactor(each));
    await Promise.all(old.map((set) => enrolments.remove(account.id, set.id)));
    await events.append({
      ...from,
      name: 'recovery.created',
      cause: 'renewal',
      account,
      accountId: account.id,
      tenantId: tenant.id,
    });
    return accepted({ transaction: kept, setId: id });
  }

  /**
   * Makes new codes for a person whose codes are void, once a factor was proven. Null when none are due, and for an
   * account that must not change.
   */
  async function replaceVoid(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    from: Visitor,
  ): Promise<SignInTransaction | null> {
    const { enrolments: enrolled } = policyResult;
    if (!enrolled.some(isVoidSet)) return null;
    const factors = enrolled.filter(isFactor);
    const isProven = transaction.authentications.some(({ enrolmentId }) =>
      factors.some(({ id }) => id === enrolmentId),
    );
    const renewed = isProven ? await renew(transaction, policyResult, from) : null;
    return renewed?.ok ? renewed.value.transaction : null;
  }

  async function concurrentSaveOf(
    transaction: SignInTransaction,
    isSame: (kept: SignInTransaction) => boolean,
  ): Promise<Outcome<SignInTransaction>> {
    return resolveConcurrentSave(transaction, await transactions.find(transaction.uid, clock.now()), isSame);
  }

  const made: MadeCodes = {
    areGood(transaction, policyResult) {
      const codes = shown(transaction);
      const sets = policyResult.enrolments.filter((each) => !isFactor(each));
      if (sets.length === 0) return codes.length > 0;
      return sets.some((set) => codes.some((code) => digestsOf(set).includes(digest(set.id, code))));
    },
    async keep(transaction, policyResult, factorId) {
      await keep(`recovery-${factorId}`, shown(transaction), policyResult);
    },
  };

  function digest(setId: string, code: string): string {
    return paper.digestOf(setId, code, (text, purpose) => cipher.digest(text, purpose));
  }

  async function keep(
    id: string,
    codes: readonly string[],
    { account, tenant }: PolicyResult,
  ): Promise<void> {
    const set = { id, method: paper.name, accountId: account.id, tenantId: tenant.id };
    const digests = codes.map((code) => digest(id, code));
    await enrolments.insert({
      ...set,
      label: '',
      app: null,
      secret: cipher.encrypt(JSON.stringify(digests), enrolmentPurpose(set)),
      lastStep: null,
      isDefault: false,
      createdAt: clock.now(),
    });
  }

  /**
   * Tells the owner that a code was used and how many are left. The method is no longer offered after the last
   * one.
   */
  async function used(policyResult: PolicyResult, ip: string, once: OnceEvent): Promise<void> {
    const { account, tenant, enrolments: enrolled } = policyResult;
    const stillGood = await left(policyResult);
    const spent = stillGood === 0 ? enrolled.filter((each) => !isFactor(each)) : [];
    await Promise.all([
      events.append({
        name: 'recovery.used',
        account,
        accountId: account.id,
        tenantId: tenant.id,
        left: stillGood,
        ip,
        once,
      }),
      ...spent.map((set) => enrolments.raiseLastStep(set.id, digestsOf(set).length, account.id, clock.now())),
    ]);
  }

  return { left, shown, putAway, renew, replaceVoid, made, used };
}

export type Recovery = ReturnType<typeof createRecovery>;
