/** Offers a passkey after a sign-in with another second factor, and remembers the answer of the account. */
import { isFactor } from '../../domain/enrolment/enrolment.ts';
import type { BrowserMethod } from '../../domain/methods/contract.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import type { SignInTransaction } from '../../domain/sign-in/transaction.ts';
import { methodsOnOffer } from '../../domain/tenant.ts';
import type { OnceStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';

interface PasskeyOffersDeps {
  readonly method: BrowserMethod;
  /** The methods that can be used now. */
  readonly available: () => readonly MethodName[];
  readonly onceKeys: Pick<OnceStore, 'first' | 'peek'>;
  readonly clock: Clock;
}

/** Milliseconds for which "later" holds. */
const LATER_MS = 30 * 24 * 60 * 60 * 1000;

export function createPasskeyOffers({ method, available, onceKeys, clock }: PasskeyOffersDeps) {
  /** Whether the account has no passkey, and may set one up. */
  function isPossible({ account, enrolments, enforcement, tenant }: PolicyResult): boolean {
    return (
      account.frozenAt === null &&
      available().includes(method.name) &&
      methodsOnOffer(enforcement, tenant.secondFactor.methods, account.role).includes(method.name) &&
      !enrolments.some((enrolment) => enrolment.method === method.name)
    );
  }

  /** Whether a factor was given in this sign-in, in a browser that can make passkeys. A step-up is left alone. */
  function isFit(transaction: SignInTransaction, policyResult: PolicyResult): boolean {
    const { canUsePasskeys, keepsAuthTime, authentications } = transaction;
    const hasProven = authentications.some(
      (event) => event.method !== 'pwd' && isFactor({ method: event.method }),
    );
    const isSatisfied = policyResult.decision.kind === 'satisfied';
    return canUsePasskeys && keepsAuthTime === null && hasProven && isSatisfied && isPossible(policyResult);
  }

  /**
   * Whether the page is shown at the end of this sign-in. `prompt` is the parameter of the authorization request
   * (OpenID Connect Core 3.1.2.1): an application that names one gets that, and nothing in its way.
   */
  async function isDue(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    prompt: unknown,
  ): Promise<boolean> {
    return (
      prompt === undefined && isFit(transaction, policyResult) && !(await isAnswered(policyResult.account.id))
    );
  }

  /** Whether the person has accepted, and the passkey is being set up. */
  function isTaken(transaction: SignInTransaction, policyResult: PolicyResult): boolean {
    return transaction.pendingEnrolment?.method === method.name && isFit(transaction, policyResult);
  }

  async function isAnswered(accountId: string): Promise<boolean> {
    const now = clock.now();
    const keys = [neverKey(accountId), laterKey(accountId, now), laterKey(accountId, now - LATER_MS)];
    const [never, ...later] = await Promise.all(keys.map((key) => onceKeys.peek(key)));
    return (
      (never ?? null) !== null || later.some((since) => since !== null && Number(since) > now - LATER_MS)
    );
  }

  /** Setting one up counts as "later", so that somebody who gives up half-way is not asked each time. */
  async function answer(accountId: string, is: 'later' | 'never'): Promise<void> {
    const now = clock.now();
    const [key, expiresAt] =
      is === 'never' ? [neverKey(accountId), null] : [laterKey(accountId, now), now + LATER_MS];
    await onceKeys.first(key, String(now), expiresAt);
  }

  return { methodName: method.name, isPossible, isDue, isTaken, answer };
}

function neverKey(accountId: string): string {
  return `passkey-offer:${accountId}:never`;
}

/** A key for each period of that length: two periods cover the answers that still hold. */
function laterKey(accountId: string, atMs: number): string {
  return `passkey-offer:${accountId}:${Math.floor(atMs / LATER_MS)}`;
}

export type PasskeyOffers = ReturnType<typeof createPasskeyOffers>;
