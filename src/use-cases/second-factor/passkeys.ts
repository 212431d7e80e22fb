/** Passkeys: what a browser is asked for at a set-up and at a sign-in, and what comes of its answer. */

import { enrolmentPurpose } from '../../domain/enrolment/enrolment.ts';
import { type Enrol, enrolmentStepOf, LONGEST_LABEL, type Visitor } from '../../domain/enrolment/steps.ts';
import type { Answer, Asked } from '../../domain/methods/answer.ts';
import type { Methods } from '../../domain/methods/index.ts';
import { mustVerify, type PasskeyCreation, type PasskeyRequest } from '../../domain/methods/passkey.ts';
import { credentialOf, type PasskeyCredential, type PasskeySite } from '../../domain/methods/webauthn.ts';
import type { PolicyResult, RequestedAssurance } from '../../domain/policy/policy.ts';
import { accepted, FROZEN, type Outcome, type Refusal, refused } from '../../domain/refusal.ts';
import {
  challengeFor,
  type Purpose,
  withChallenge,
  withoutChallenge,
} from '../../domain/sign-in/challenge.ts';
import { resolveConcurrentSave, type SignInTransaction } from '../../domain/sign-in/transaction.ts';
import type { EnrolmentStore, OnceStore, TransactionStore } from '../../ports/stores.ts';
import type { Cipher, Clock, PasskeyVerifier, Random } from '../../ports/system.ts';
import type { AttemptLimiter } from './attempt-limiter.ts';

/** Creates the challenge that a passkey signs, unless one waits already. The returned transaction holds it. */
export type AskPasskey = (transaction: SignInTransaction) => Promise<Outcome<SignInTransaction>>;

interface PasskeysDeps {
  readonly methods: Pick<Methods, 'passkey'>;
  readonly passkeyVerifier: PasskeyVerifier;
  /** Null: no browser would make passkeys here. */
  readonly passkeySite: () => PasskeySite | null;
  readonly transactions: Pick<TransactionStore, 'save' | 'find'>;
  readonly onceKeys: Pick<OnceStore, 'first'>;
  readonly enrolments: Pick<EnrolmentStore, 'raiseLastStep'>;
  readonly enrol: Enrol;
  readonly cipher: Pick<Cipher, 'encrypt' | 'tryDecrypt' | 'digest'>;
  readonly attemptLimiter: Pick<AttemptLimiter, 'refuse'>;
  readonly clock: Clock;
  readonly random: Random;
}

/** The answer of a browser: JSON of a `PublicKeyCredential`. */
export interface PasskeyGiven extends Visitor {
  readonly response: string;
  /** What the person calls it. */
  readonly label: string;
}

interface Enrolled {
  readonly enrolmentId: string;
  readonly lastCounter: number;
  readonly credential: PasskeyCredential;
}

/** A used counter is kept this long; by then the highest one seen refuses it. */
const CLAIM_KEPT_MS = 60 * 60 * 1000;

export function createPasskeys(needs: PasskeysDeps) {
  const { methods, passkeyVerifier, passkeySite, transactions, onceKeys, enrolments, enrol, cipher } = needs;
  const { attemptLimiter, clock, random } = needs;

  /** The random value that waits for its answer; null: none does. */
  function waiting({ challenges }: SignInTransaction, purpose: Purpose): string | null {
    const challenge = challengeFor(challenges, 'passkey', purpose);
    return challenge && challenge.expiresAt > clock.now() ? challenge.digest : null;
  }

  const ask: AskPasskey = async (transaction) => {
    if (waiting(transaction, 'sign-in') !== null) return accepted(transaction);
    const bytes = (count: number) => random.bytes(count);
    const from = { id: random.id(), random: bytes, now: clock.now(), expiresAt: transaction.expiresAt };
    const challenge = methods.passkey.newChallenge('sign-in', from);
    const next = { ...transaction, challenges: withChallenge(transaction.challenges, challenge) };
    const kept = await transactions.save(next);
    if (kept) return accepted(kept);
    const concurrent = await transactions.find(transaction.uid, clock.now());
    return resolveConcurrentSave(transaction, concurrent, (same) => waiting(same, 'sign-in') !== null);
  };

  /** What the browser is asked for at a sign-in; null: nothing, before `ask`. */
  function request(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    requested: RequestedAssurance,
  ): PasskeyRequest | null {
    const site = passkeySite();
    const challenge = waiting(transaction, 'sign-in');
    if (!site || challenge === null) return null;
    const credentials = enrolledIn(policyResult).map(({ credential }) => credential);
    return methods.passkey.request({ site, challenge, credentials, mustVerify: mustVerify(requested) });
  }

  /** What the browser is asked for at a set-up; null: its turn has not come. */
  function creation(transaction: SignInTransaction, policyResult: PolicyResult): PasskeyCreation | null {
    const { account, tenant } = policyResult;
    const site = passkeySite();
    const challenge = waiting(transaction, 'set-up');
    if (!site || challenge === null || enrolmentStepOf(transaction, policyResult) !== 'passkey') return null;
    const user = { id: userHandleOf(account.id), name: account.email, displayName: account.name };
    const existing = enrolledIn(policyResult).map(({ credential }) => credential);
    return methods.passkey.creation({ site, siteName: tenant.name, challenge, user, existing });
  }

  /** The first answer makes the passkey a factor of the account. */
  async function confirm(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    { response, label, ...from }: PasskeyGiven,
  ): Promise<Outcome<SignInTransaction>> {
    const { account, tenant } = policyResult;
    const asked = creation(transaction, policyResult);
    const site = passkeySite();
    if (account.frozenAt !== null) return refused(FROZEN);
    if (!asked || !site || !transaction.pendingEnrolment) return refused({ code: 'session_expired' });
    if (label.length > LONGEST_LABEL) return refused({ code: 'field_invalid', field: 'label' });
    const made = await passkeyVerifier.registration(response, { ...site, challenge: asked.challenge });
    const isKnown = asked.excludeCredentials.some(({ id }) => id === made?.id);
    if (!made || isKnown) {
      const who = { ...from, accountId: account.id, tenantId: tenant.id, method: 'passkey' } as const;
      const reason = isKnown ? 'passkey_known' : 'passkey_unproven';
      return attemptLimiter.refuse(who, invalid(isKnown ? 'known' : 'refused'), reason);
    }
    const { counter, userVerified, ...kept } = made;
    const { enrolmentId } = transaction.pendingEnrolment;
    const credential: PasskeyCredential = { ...kept, userHandle: asked.user.id };
    const purpose = enrolmentPurpose({
      method: 'passkey',
      tenantId: tenant.id,
      accountId: account.id,
      id: enrolmentId,
    });
    const factor = {
      enrolmentId,
      method: 'passkey',
      label: label.trim(),
      app: null,
      secret: cipher.encrypt(JSON.stringify(credential), purpose),
      lastStep: counter,
      passkey: { userVerified, deviceBound: made.deviceBound },
    } as const;
    const challenges = withoutChallenge(transaction.challenges, 'passkey', 'set-up');
    return enrol({ ...transaction, challenges }, policyResult, factor, from);
  }

  /** Whether one of the account's own passkeys has signed what this sign-in asked for, at our own site. */
  async function check({ transaction, policyResult, requested, typed }: Asked): Promise<Answer> {
    const site = passkeySite();
    const challenge = waiting(transaction, 'sign-in');
    if (!site || challenge === null) {
      const refusal = { code: 'code_expired', passkey: 'expired' } as const;
      return { kind: 'refused', refusal, reason: 'passkey_expired' };
    }
    const enrolled = enrolledIn(policyResult);
    const credentials = enrolled.map(({ credential }) => credential);
    const authentication = await passkeyVerifier.assertion(typed, { ...site, challenge }, credentials);
    if (authentication.kind !== 'proven') return no(authentication.kind);
    const found = enrolled.find(({ credential }) => credential.id === authentication.credentialId);
    if (!found) return no('unknown');
    const { enrolmentId, lastCounter } = found;
    const { counter, userVerified, deviceBound } = authentication;
    const verdict = methods.passkey.check(authentication, { lastCounter, mustVerify: mustVerify(requested) });
    if (verdict !== 'accepted') return no(verdict);
    // Of two copies of a passkey that count to the same number, one is accepted.
    if (counter > 0) {
      const holder = `${transaction.uid}:${transaction.version}`;
      const expiresAt = clock.now() + CLAIM_KEPT_MS;
      const first = await onceKeys.first(`passkey:${enrolmentId}:${counter}`, holder, expiresAt);
      if (first !== holder) return no('counter_behind');
    }
    return {
      kind: 'accepted',
      enrolmentId,
      passkey: { userVerified, deviceBound },
      spent: { challenges: withoutChallenge(transaction.challenges, 'passkey', 'sign-in') },
      note: () => enrolments.raiseLastStep(enrolmentId, counter),
    };
  }

  function enrolledIn({ enrolments: all }: PolicyResult): readonly Enrolled[] {
    return all.flatMap(({ lastStep, ...enrolment }) => {
      if (enrolment.method !== 'passkey' || enrolment.secret === null) return [];
      const opened = cipher.tryDecrypt(enrolment.secret, enrolmentPurpose(enrolment));
      const credential = opened === null ? null : credentialOf(opened);
      return credential ? [{ enrolmentId: enrolment.id, lastCounter: lastStep ?? 0, credential }] : [];
    });
  }

  /** What authenticators know the account by: says nothing of it, and stays the same (WebAuthn, 14.6.1). */
  function userHandleOf(accountId: string): string {
    return cipher.digest(accountId, 'passkey-user');
  }

  return { ask, request, creation, confirm, check };
}

function no(reason: string): Answer {
  const refusal = invalid(reason === 'unverified' ? 'unverified' : 'refused');
  return { kind: 'refused', refusal, reason: `passkey_${reason}` };
}

function invalid(passkey: 'refused' | 'unverified' | 'known'): Refusal {
  return { code: 'code_invalid', attemptsLeft: null, clockOffSeconds: null, passkey };
}

export type Passkeys = ReturnType<typeof createPasskeys>;
