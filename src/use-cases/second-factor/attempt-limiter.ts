/**
 * Limits how often a code is guessed. An attempt is counted before its answer is compared, for the account as a whole,
 * whatever the browser or the instance of the server.
 */

import type { Methods } from '../../domain/methods/index.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import { accepted, noCode, type Outcome, type Refusal, refused } from '../../domain/refusal.ts';
import {
  type Answerer,
  type Attempt,
  type AttemptRequest,
  CODES_PER_ACCOUNT,
  CODES_PER_SIGN_IN,
  nextLock,
  secondFactorSubject,
  WINDOW_MS,
} from '../../domain/sign-in/attempts.ts';
import type { EventLog } from '../../ports/events.ts';
import type { AttemptLimit, AttemptStore, LockoutStore } from '../../ports/stores.ts';
import type { Clock, Random } from '../../ports/system.ts';

interface AttemptLimiterDeps {
  readonly methods: Pick<Methods, 'find'>;
  readonly attempts: AttemptStore;
  readonly lockouts: Pick<LockoutStore, 'addFailure' | 'lock' | 'clear'>;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Pick<Random, 'id'>;
}

/** The counter of all guessable methods of one account. */
export const GUESSES = 'guesses';

export function createAttemptLimiter({
  methods,
  attempts,
  lockouts,
  events,
  clock,
  random,
}: AttemptLimiterDeps) {
  /** Refuses and audits an answer that is not counted. `reason` is more exact than the refusal's code. */
  async function refuse(
    { accountId, tenantId, clientId, ip, method }: Answerer,
    refusal: Refusal,
    reason: string = refusal.code,
  ): Promise<Outcome<never>> {
    const line = { accountId, tenantId, clientId, ip, method };
    await events.append({ ...line, name: 'second_factor.refused', reason });
    return refused(refusal);
  }

  /** Whether attempts with the method are counted. */
  function isGuessable(method: MethodName): boolean {
    return methods.find(method)?.traits.guessable ?? true;
  }

  /**
   * Those of the methods that take no more codes in this visit. The store is asked only about methods that have failed
   * often enough: a success forgets both counts.
   */
  async function exhausted(
    { accountId, visit, lockout }: Pick<AttemptRequest, 'accountId' | 'visit' | 'lockout'>,
    names: readonly MethodName[],
  ): Promise<readonly MethodName[]> {
    const suspects = names.filter((method) => (lockout.failures[method] ?? 0) >= CODES_PER_SIGN_IN);
    if (suspects.length === 0) return [];
    const limits = suspects.map((method) => visitLimit({ visit, method }));
    const full = await attempts.full(secondFactorSubject(accountId), limits, clock.now());
    return suspects.filter((method) => full.has(visitCounter({ visit, method })));
  }

  /** The refusal while the account waits. Null when it does not, and for a method that nobody can guess. */
  function waitOf({ method, lockout: { lockedUntil } }: AttemptRequest): Refusal | null {
    if (!isGuessable(method) || lockedUntil <= clock.now()) return null;
    return { code: 'too_many_attempts', retryAt: lockedUntil };
  }

  /** Refuses a text that has not the shape of a code. Nothing is counted, since nothing can be guessed with it. */
  async function refuseText(request: AttemptRequest): Promise<Outcome<never>> {
    const wait = waitOf(request);
    return wait ? refuse(request, wait) : refused(noCode(methods.find(request.method)?.digits ?? null));
  }

  /** Counts an attempt before its answer is compared. Refuses it when there were too many. */
  async function count(request: AttemptRequest): Promise<Outcome<Attempt>> {
    const { accountId, method } = request;
    const atMs = clock.now();
    if (!isGuessable(method))
      return accepted({ ...request, isCounted: false, left: 0, isLastOfAccount: false, atMs });
    const wait = waitOf(request);
    if (wait) return refuse(request, wait);
    const verdict = await attempts.take({
      owner: secondFactorSubject(accountId),
      id: random.id(),
      bucket: method,
      atMs,
      limits: [visitLimit(request), { counter: GUESSES, limit: CODES_PER_ACCOUNT, windowMs: WINDOW_MS }],
    });
    if (!verdict.ok) {
      const retryAt = verdict.counter === GUESSES ? verdict.retryAt : null;
      return refuse(request, { code: 'too_many_attempts', retryAt });
    }
    const left = Math.min(...Object.values(verdict.left));
    return accepted({
      ...request,
      isCounted: true,
      left,
      isLastOfAccount: verdict.left[GUESSES] === 0,
      atMs,
    });
  }

  /** Refuses a wrong answer. The last attempt of the account locks it, and the refusal says for how long. */
  async function fail(attempt: Attempt, refusal: Refusal, reason?: string): Promise<Outcome<never>> {
    if (!attempt.isCounted) return refuse(attempt, refusal, reason);
    const { accountId, tenantId, clientId, ip, method, lockout, atMs } = attempt;
    const subject = secondFactorSubject(accountId);
    await lockouts.addFailure(subject, method, atMs);
    if (!attempt.isLastOfAccount) return refuse(attempt, refusal, reason);
    const lock = nextLock(lockout.level, atMs);
    await lockouts.lock(subject, lock.lockedUntil, lock.level, accountId);
    const line = { accountId, tenantId, clientId, ip, method };
    await events.append({ ...line, name: 'second_factor.locked', reason: 'too_many_attempts' });
    return refused({ code: 'too_many_attempts', retryAt: lock.lockedUntil });
  }

  /** Forgets what the method had counted, after a right answer. */
  async function succeed(attempt: Attempt): Promise<void> {
    if (!attempt.isCounted) return;
    const { accountId, method, lockout } = attempt;
    const subject = secondFactorSubject(accountId);
    const hasFailed = lockout.level > 0 || (lockout.failures[method] ?? 0) > 0;
    await Promise.all([
      attempts.forget(subject, [visitCounter(attempt), GUESSES], method),
      hasFailed ? lockouts.clear(subject, method) : null,
    ]);
  }

  return { count, fail, succeed, refuse, refuseText, exhausted, isGuessable };
}

/** The counter of one sign-in or enrolment with one method. */
function visitCounter({ visit, method }: Pick<AttemptRequest, 'visit' | 'method'>): string {
  return `sign-in:${visit}:${method}`;
}

function visitLimit(of: Pick<AttemptRequest, 'visit' | 'method'>): AttemptLimit {
  return { counter: visitCounter(of), limit: CODES_PER_SIGN_IN, windowMs: WINDOW_MS };
}

/** Every answer passes it, at a sign-in and at an enrolment. */
export type AttemptLimiter = ReturnType<typeof createAttemptLimiter>;
