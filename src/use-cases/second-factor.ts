/** The second factor of a sign-in: a code is counted, compared, claimed, and noted as a proof. */
import {
  CODES_PER_ACCOUNT,
  CODES_PER_SIGN_IN,
  nextLock,
  secondFactorSubject,
  WINDOW_MS,
} from '../domain/attempts.ts';
import { enrolmentPurpose } from '../domain/enrolment.ts';
import type { CodeMethod, MethodName, Verdict } from '../domain/method.ts';
import type { Methods } from '../domain/methods/index.ts';
import type { Demand, Facts, Judge, Judgement } from '../domain/policy.ts';
import type { Progress } from '../domain/progress.ts';
import { accepted, type Outcome, type Refusal, refused } from '../domain/refusal.ts';
import type {
  AttemptStore,
  ClaimStore,
  EnrolmentStore,
  LockoutStore,
  ProgressStore,
} from '../ports/stores.ts';
import type { Clock, Random, SecretBox, Trail } from '../ports/system.ts';

interface Needs {
  readonly judge: Judge;
  readonly methods: Methods;
  readonly progress: Pick<ProgressStore, 'save' | 'find'>;
  readonly attempts: AttemptStore;
  readonly lockouts: Pick<LockoutStore, 'addFailure' | 'lock' | 'clear'>;
  readonly claims: Pick<ClaimStore, 'first' | 'peek'>;
  readonly enrolments: Pick<EnrolmentStore, 'raiseLastStep'>;
  readonly box: Pick<SecretBox, 'open'>;
  readonly trail: Trail;
  readonly clock: Clock;
  readonly random: Random;
}

/** One sign-in before its end: how far it is, and what is demanded of it. */
export interface Standing {
  readonly progress: Progress;
  readonly demand: Demand;
  readonly clientId: string;
  readonly address: string;
  /** What was read of the account in this request. */
  readonly facts?: Facts | null | undefined;
}

const GUESSES = 'guesses';
/** Codes that are sent have six digits (NIST SP 800-63B-4, 3.1.3). */
const SHORTEST_CODE = 6;
/** A claimed step is kept this long after it could last be offered; by then the newest step refuses it. */
const CLAIM_KEPT_MS = 60 * 60 * 1000;

export function createSecondFactor(needs: Needs) {
  const { judge, methods, progress, attempts, lockouts, claims, enrolments, box, trail, clock, random } =
    needs;

  /** What the policy says of this sign-in now; null when its account is gone. */
  async function standing({
    progress: { accountId, proofs, later },
    demand,
    facts,
  }: Standing): Promise<Judgement | null> {
    return judge({ accountId, facts, proofs, demand, occasion: later ? 'later' : 'sign-in' });
  }

  async function verifyCode(at: Standing, method: MethodName, typed: string): Promise<Outcome<Progress>> {
    const judgement = await standing(at);
    if (!judgement) return refused({ code: 'session_expired' });
    const { account, decision, lockout } = judgement;
    const line = {
      accountId: account.id,
      tenantId: account.tenantId,
      clientId: at.clientId,
      address: at.address,
      method,
    };
    const no = async (
      refusal: Refusal,
      event: 'second_factor.refused' | 'second_factor.locked' = 'second_factor.refused',
    ) => {
      await trail({ ...line, event, reason: refusal.code });
      return refused(refusal);
    };
    // A second click of an impatient finger: the factor was given, and the sign-in goes on.
    if (decision.kind === 'satisfied') return accepted(at.progress);
    if (decision.kind !== 'prove' || !decision.methods.includes(method) || !(method in methods)) {
      return no({ code: 'method_not_allowed' });
    }

    const subject = secondFactorSubject(account.id);
    const now = clock.now();
    if (lockout.lockedUntil > now) return no({ code: 'too_many_attempts', retryAt: lockout.lockedUntil });
    const ofSignIn = `sign-in:${at.progress.uid}:${method}`;
    const verdict = await attempts.take({
      owner: subject,
      id: random.id(),
      bucket: method,
      at: now,
      limits: [
        { counter: ofSignIn, limit: CODES_PER_SIGN_IN, windowMs: WINDOW_MS },
        { counter: GUESSES, limit: CODES_PER_ACCOUNT, windowMs: WINDOW_MS },
      ],
    });
    if (!verdict.ok) {
      return no({ code: 'too_many_attempts', retryAt: verdict.counter === GUESSES ? verdict.retryAt : null });
    }

    const found = await granted(method as keyof Methods, judgement, typed, now, at.progress);
    if (found.kind !== 'accepted') {
      await lockouts.addFailure(subject, method, now);
      if (verdict.left[GUESSES] === 0) {
        const lock = nextLock(lockout.level, now);
        await lockouts.lock(subject, lock.lockedUntil, lock.level);
        return no({ code: 'too_many_attempts', retryAt: lock.lockedUntil }, 'second_factor.locked');
      }
      if (found.kind === 'used') return no({ code: 'code_used' });
      return no({
        code: 'code_invalid',
        attemptsLeft: Math.min(...Object.values(verdict.left)),
        clockOffSeconds: found.kind === 'near' ? found.offSeconds : null,
      });
    }

    const failed = lockout.level > 0 || (lockout.failures[method] ?? 0) > 0;
    const proofs = [...at.progress.proofs, { method, enrolmentId: found.enrolmentId, at: now }];
    const next = { ...at.progress, proofs };
    const [saved] = await Promise.all([
      progress.save(next),
      enrolments.raiseLastStep(found.enrolmentId, found.step),
      attempts.forget(subject, [ofSignIn, GUESSES], method),
      failed ? lockouts.clear(subject, method) : null,
    ]);
    if (!saved) {
      return twinOf(at, (twin) => twin.proofs.some(({ enrolmentId }) => enrolmentId === found.enrolmentId));
    }
    await trail({ ...line, event: 'second_factor.accepted' });
    return accepted({ ...next, version: next.version + 1 });
  }

  /** After a save that came too late: a second click of the same form has done the same, and the sign-in goes on. */
  async function twinOf(at: Standing, did: (twin: Progress) => boolean): Promise<Outcome<Progress>> {
    const twin = await progress.find(at.progress.uid, clock.now());
    const same = twin?.accountId === at.progress.accountId && did(twin);
    return same ? accepted(twin) : refused({ code: 'session_expired' });
  }

  /**
   * The check's verdict with the store's word on it: of two who offer the same step, one has it. The same page of the
   * same sign-in, sent twice by an impatient finger, is one and not two.
   */
  async function granted(
    method: keyof Methods,
    judgement: Judgement,
    typed: string,
    now: number,
    { uid, version }: Progress,
  ): Promise<Verdict> {
    const candidates = judgement.enrolments
      .filter((enrolment) => enrolment.method === method)
      .map((enrolment) => ({
        id: enrolment.id,
        secret: enrolment.secret === null ? null : box.open(enrolment.secret, enrolmentPurpose(enrolment)),
        lastStep: enrolment.lastStep,
      }));
    const keyOf = (of: { enrolmentId: string; step: number }) => `totp:${of.enrolmentId}:${of.step}`;
    const holder = `${uid}:${version}`;
    const verdict = methods[method].check(candidates, typed, now);
    if (verdict.kind === 'wrong') return verdict;
    if (verdict.kind === 'used') {
      const mine = (await claims.peek(keyOf(verdict))) === holder;
      return mine ? { ...verdict, kind: 'accepted' } : verdict;
    }
    // A near miss is claimed too: else "your clock is ahead" would tell a guesser a code that is good later.
    const claimant = verdict.kind === 'near' ? 'near' : holder;
    const first = await claims.first(keyOf(verdict), claimant, now + CLAIM_KEPT_MS);
    return first === claimant || verdict.kind === 'near' ? verdict : { ...verdict, kind: 'used' };
  }

  /** Puts a set-up off while grace lasts; the answer holds for this sign-in. */
  async function postpone(at: Standing): Promise<Outcome<Progress>> {
    const judgement = await standing(at);
    if (!judgement) return refused({ code: 'session_expired' });
    const { account, decision } = judgement;
    if (decision.kind !== 'set-up' || decision.laterUntil === null) return refused({ code: 'enforced' });
    const next = { ...at.progress, later: true };
    if (!(await progress.save(next))) return twinOf(at, (twin) => twin.later);
    const line = {
      accountId: account.id,
      tenantId: account.tenantId,
      clientId: at.clientId,
      address: at.address,
    };
    await trail({ ...line, event: 'second_factor.postponed' });
    return accepted({ ...next, version: next.version + 1 });
  }

  /** How long the codes of a method are. */
  function digitsOf(method: MethodName): number {
    return (methods as Partial<Record<MethodName, CodeMethod>>)[method]?.digits ?? SHORTEST_CODE;
  }

  return { standing, verifyCode, postpone, digitsOf };
}

export type SecondFactorUseCase = ReturnType<typeof createSecondFactor>;
