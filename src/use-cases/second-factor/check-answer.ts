/** Checks an answer with its method, and carries out the verdict: it claims or burns the once-only key. */

import { type Enrolment, enrolmentPurpose } from '../../domain/enrolment/enrolment.ts';
import type { AcceptedAnswer, Answer, Asked } from '../../domain/methods/answer.ts';
import {
  type Acceptance,
  type BrowserProof,
  type Candidate,
  type Verdict,
  WRONG,
} from '../../domain/methods/contract.ts';
import type { Methods } from '../../domain/methods/index.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import { acrsAsked } from '../../domain/policy/minimum.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import { challengeFor, withoutChallenge } from '../../domain/sign-in/challenge.ts';
import type { SignInTransaction } from '../../domain/sign-in/transaction.ts';
import type { EnrolmentStore, OnceStore } from '../../ports/stores.ts';
import type { Cipher, Clock } from '../../ports/system.ts';

interface AnswersDeps {
  readonly methods: Pick<Methods, 'find' | 'sent'>;
  /** Verifies what a browser answered; null: it was not asked for anything. */
  readonly verifyInBrowser: (asked: Asked, candidates: readonly Candidate[]) => Promise<BrowserProof | null>;
  readonly onceKeys: Pick<OnceStore, 'first' | 'peek'>;
  readonly enrolments: Pick<EnrolmentStore, 'raiseLastStep'>;
  readonly cipher: Pick<Cipher, 'tryDecrypt' | 'digest'>;
  readonly clock: Clock;
}

/** Compares an answer with the enrolments of the account, and claims it. */
export type CheckAnswer = (method: MethodName, asked: Asked) => Promise<Answer>;

/** No sign-in has this name: a key that it holds is nobody's. */
const NOBODY = 'near';

export function createAnswers({
  methods,
  verifyInBrowser,
  onceKeys,
  enrolments,
  cipher,
  clock,
}: AnswersDeps) {
  /** By enrolment as it was read in a request: its secret is needed before its answer is checked, and again then. */
  const opened = new WeakMap<Enrolment, string | null>();

  const check: CheckAnswer = async (name, asked) => {
    const method = methods.find(name);
    if (!method) return WRONG;
    const { transaction, policyResult, requested, answer } = asked;
    const candidates = policyResult.enrolments
      .filter((each) => each.method === name && each.suspendedAt === undefined)
      .map(candidateOf);
    const proof = method.kind === 'browser' ? await verifyInBrowser(asked, candidates) : null;
    const verdict = method.check({
      answer,
      candidates,
      challenge: challengeFor(transaction.challenges, name, 'sign-in'),
      visit: {
        purpose: 'sign-in',
        tenantId: policyResult.tenant.id,
        accountId: transaction.accountId,
        uid: transaction.uid,
      },
      contacts: policyResult.account,
      acrs: acrsAsked(requested.acrs, policyResult),
      proof,
      digest: (text, purpose) => cipher.digest(text, purpose),
      now: clock.now(),
    });
    return settle(name, transaction, verdict);
  };

  /**
   * When two sign-ins offer the same answer, one has it. The same form of the same sign-in, sent twice, counts as one.
   */
  async function settle(
    method: MethodName,
    transaction: SignInTransaction,
    verdict: Verdict,
  ): Promise<Answer> {
    const holder = holderOf(transaction);
    if (verdict.kind === 'accepted') {
      const { claim, ...accepted } = verdict;
      // Beside the claim and before the sign-in is saved: no older answer is accepted again, even after a crash.
      const [first] = await Promise.all([
        claim && onceKeys.first(claim.key, holder, claim.expiresAt),
        raiseLastStep(accepted, transaction.accountId),
      ]);
      return claim && first !== holder ? claim.otherwise : answerOf(method, transaction, accepted);
    }
    if (verdict.kind === 'used-before') {
      const isHeld = (await onceKeys.peek(verdict.key)) === holder;
      return isHeld ? answerOf(method, transaction, verdict.accepted) : { kind: 'used' };
    }
    const { burns, ...rejection } = verdict;
    if (burns) await onceKeys.first(burns.key, NOBODY, burns.expiresAt);
    return rejection;
  }

  function answerOf(
    method: MethodName,
    { challenges }: SignInTransaction,
    { spendsChallenge, ...accepted }: Acceptance,
  ): AcceptedAnswer {
    const spent = spendsChallenge ? { challenges: withoutChallenge(challenges, method, 'sign-in') } : {};
    return { ...accepted, spent };
  }

  /** A loser of the claim may raise it as well: the winner has accepted the same step or counter. */
  async function raiseLastStep({ enrolmentId, lastStep }: Acceptance, accountId: string): Promise<void> {
    if (lastStep !== null) await enrolments.raiseLastStep(enrolmentId, lastStep, accountId, clock.now());
  }

  function candidateOf(enrolment: Enrolment): Candidate {
    return { id: enrolment.id, secret: secretOf(enrolment), lastStep: enrolment.lastStep };
  }

  /** The place that codes go to; null when it is not the one any more that was proven at the enrolment. */
  function destinationOf({ account }: Pick<PolicyResult, 'account'>, enrolment: Enrolment): string | null {
    return methods.sent(enrolment.method)?.destinationOf(candidateOf(enrolment), account) ?? null;
  }

  /** Null where there is none, and where it cannot be opened: then no answer is right. */
  function secretOf(enrolment: Enrolment): string | null {
    const { secret } = enrolment;
    if (secret === null) return null;
    const before = opened.get(enrolment);
    if (before !== undefined) return before;
    const plain = cipher.tryDecrypt(secret, enrolmentPurpose(enrolment));
    opened.set(enrolment, plain);
    return plain;
  }

  /** False when its secret was encrypted with a key that is gone. It is enrolled, and no answer can be checked. */
  function isReadable(enrolment: Enrolment): boolean {
    return enrolment.secret === null || secretOf(enrolment) !== null;
  }

  /** Whether it can be asked for now: it may be suspended, an address unconfirmed, recovery codes used up. */
  function isReachable({ account }: Pick<PolicyResult, 'account'>, enrolment: Enrolment): boolean {
    if (enrolment.suspendedAt !== undefined) return false;
    const candidate = { ...candidateOf(enrolment), isReadable: isReadable(enrolment) };
    return methods.find(enrolment.method)?.isReachable(candidate, account) ?? false;
  }

  return { check, secretOf, destinationOf, isReachable, isReadable };
}

export type Answers = ReturnType<typeof createAnswers>;

function holderOf({ uid, version }: SignInTransaction): string {
  return `${uid}:${version}`;
}
