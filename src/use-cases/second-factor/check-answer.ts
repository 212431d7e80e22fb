/** Whether an answer is right, method by method, with the store's word that nobody gave it before. */

import { type Enrolment, enrolmentPurpose } from '../../domain/enrolment/enrolment.ts';
import type { Answer, Asked, CheckAnswer } from '../../domain/methods/answer.ts';
import type { Methods } from '../../domain/methods/index.ts';
import { isSent, type MethodName, type Verdict } from '../../domain/methods/method.ts';
import { recoveryClaim, recoveryText } from '../../domain/methods/recovery-code.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import { challengeFor, checkSentCode, withoutChallenge } from '../../domain/sign-in/challenge.ts';
import type { SignInTransaction } from '../../domain/sign-in/transaction.ts';
import type { EnrolmentStore, OnceStore } from '../../ports/stores.ts';
import type { Cipher, Clock } from '../../ports/system.ts';

interface AnswersDeps {
  readonly methods: Methods;
  readonly checkPasskey: (asked: Asked) => Promise<Answer>;
  readonly onceKeys: Pick<OnceStore, 'first' | 'peek'>;
  readonly enrolments: Pick<EnrolmentStore, 'raiseLastStep'>;
  readonly cipher: Pick<Cipher, 'tryDecrypt' | 'digest'>;
  readonly clock: Clock;
}

const WRONG: Answer = { kind: 'wrong', clockOffSeconds: null };
/** A claimed step is kept this long after it could last be offered; by then the newest step refuses it. */
const CLAIM_KEPT_MS = 60 * 60 * 1000;

export function createAnswers({ methods, checkPasskey, onceKeys, enrolments, cipher, clock }: AnswersDeps) {
  /** Of enrolments as they were read in a request: that one can be asked for is looked at before its answer is. */
  const opened = new WeakMap<Enrolment, string | null>();

  const check: CheckAnswer = (method, asked) => {
    switch (method) {
      case 'totp':
        return ofApp(asked);
      case 'email':
      case 'sms':
        return ofMessage(method, asked);
      case 'recovery':
        return ofPaper(asked);
      case 'passkey':
        return checkPasskey(asked);
      case 'app':
        // It has a page of its own, on which nothing is typed.
        return Promise.resolve(WRONG);
    }
  };

  function enrolled({ policyResult }: Asked, method: MethodName): readonly Enrolment[] {
    return policyResult.enrolments.filter((enrolment) => enrolment.method === method);
  }

  /**
   * Of two who offer the same step, one has it. The same page of the same sign-in, sent twice by an impatient finger,
   * is one and not two.
   */
  async function ofApp(asked: Asked): Promise<Answer> {
    const { transaction, typed } = asked;
    const now = clock.now();
    const candidates = enrolled(asked, 'totp').map((enrolment) => ({
      id: enrolment.id,
      secret: secretOf(enrolment),
      lastStep: enrolment.lastStep,
    }));
    const verdict = methods.totp.check(candidates, typed, now);
    if (verdict.kind === 'wrong') return WRONG;
    const key = `totp:${verdict.enrolmentId}:${verdict.step}`;
    const holder = holderOf(transaction);
    if (verdict.kind === 'used') {
      return (await onceKeys.peek(key)) === holder ? acceptedStep(verdict) : { kind: 'used' };
    }
    // A near miss is claimed too: else "your clock is ahead" would tell a guesser a code that is good later.
    const claimant = verdict.kind === 'near' ? 'near' : holder;
    const first = await onceKeys.first(key, claimant, now + CLAIM_KEPT_MS);
    if (verdict.kind === 'near') return { kind: 'wrong', clockOffSeconds: verdict.offSeconds };
    return first === holder ? acceptedStep(verdict) : { kind: 'used' };
  }

  function acceptedStep({ enrolmentId, step }: Extract<Verdict, { step: number }>): Answer {
    const note = () => enrolments.raiseLastStep(enrolmentId, step);
    return { kind: 'accepted', enrolmentId, spent: {}, note };
  }

  /** The save that notes the proof takes the challenge away: of two right answers at once, one is saved. */
  async function ofMessage(method: 'email' | 'sms', asked: Asked): Promise<Answer> {
    const { transaction, policyResult, typed } = asked;
    const [enrolment] = enrolled(asked, method);
    const challenge = challengeFor(transaction.challenges, method, 'sign-in');
    if (!enrolment) return WRONG;
    if (!challenge) return { kind: 'expired' };
    const destination = destinationOf(policyResult, enrolment);
    if (destination === null) return WRONG;
    const { accountId, uid } = transaction;
    const binding = {
      purpose: 'sign-in',
      method,
      accountId,
      uid,
      tenantId: policyResult.tenant.id,
      destination,
    } as const;
    const digest = (text: string) => cipher.digest(text, 'sent-code');
    const verdict = checkSentCode(challenge, binding, typed, { digest, now: clock.now() });
    if (verdict !== 'right') return verdict === 'wrong' ? WRONG : { kind: 'expired' };
    const challenges = withoutChallenge(transaction.challenges, method, 'sign-in');
    return { kind: 'accepted', enrolmentId: enrolment.id, spent: { challenges }, note: async () => {} };
  }

  async function ofPaper(asked: Asked): Promise<Answer> {
    const code = methods.recovery.spelt(asked.typed);
    if (code === null) return WRONG;
    for (const enrolment of enrolled(asked, 'recovery')) {
      const { id } = enrolment;
      const digests = secretOf(enrolment);
      if (digests === null) continue;
      const digest = cipher.digest(recoveryText(id, code), 'recovery-code');
      const set: unknown = JSON.parse(digests);
      if (!Array.isArray(set) || !set.includes(digest)) continue;
      const holder = holderOf(asked.transaction);
      const first = await onceKeys.first(recoveryClaim(id, digest), holder, null);
      return first === holder
        ? { kind: 'accepted', enrolmentId: id, spent: {}, note: async () => {} }
        : { kind: 'used' };
    }
    return WRONG;
  }

  /** Where codes go; null when it is not the place any more that was proven at set-up. */
  function destinationOf({ account }: Pick<PolicyResult, 'account'>, enrolment: Enrolment): string | null {
    if (enrolment.method === 'email') return account.emailConfirmed ? account.email : null;
    const number = enrolment.method === 'sms' ? secretOf(enrolment) : null;
    return account.phone === null || account.phone === number ? number : null;
  }

  /** Null where there is none, and where it cannot be opened: nothing is right then. */
  function secretOf(enrolment: Enrolment): string | null {
    const { secret } = enrolment;
    if (secret === null) return null;
    const before = opened.get(enrolment);
    if (before !== undefined) return before;
    const plain = cipher.tryDecrypt(secret, enrolmentPurpose(enrolment));
    opened.set(enrolment, plain);
    return plain;
  }

  /** False when it was sealed under a key that is not there any more: it is set up, and nobody can tell an answer. */
  function isReadable(enrolment: Enrolment): boolean {
    return enrolment.secret === null || secretOf(enrolment) !== null;
  }

  /** Whether it can still be asked for: an address may have become unconfirmed, codes on paper used up. */
  function isReachable(of: Pick<PolicyResult, 'account'>, enrolment: Enrolment): boolean {
    const { method, lastStep } = enrolment;
    if (method === 'recovery' && lastStep !== null) return false;
    return isSent(method) ? destinationOf(of, enrolment) !== null : isReadable(enrolment);
  }

  return { check, destinationOf, isReachable, isReadable };
}

function holderOf({ uid, version }: SignInTransaction): string {
  return `${uid}:${version}`;
}
