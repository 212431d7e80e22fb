/** How guesses are counted: before they are looked at, for the account, whatever the browser or instance; and refused. */

import { METHOD_TRAITS } from '../../domain/methods/method.ts';
import { accepted, refused } from '../../domain/refusal.ts';
import {
  type AttemptLimiter,
  CODES_PER_ACCOUNT,
  CODES_PER_SIGN_IN,
  nextLock,
  secondFactorSubject,
  WINDOW_MS,
} from '../../domain/sign-in/attempts.ts';
import type { AttemptStore, LockoutStore } from '../../ports/stores.ts';
import type { AuditLog, Clock, Random } from '../../ports/system.ts';

interface AttemptLimiterDeps {
  readonly attempts: AttemptStore;
  readonly lockouts: Pick<LockoutStore, 'addFailure' | 'lock' | 'clear'>;
  readonly auditLog: AuditLog;
  readonly clock: Clock;
  readonly random: Pick<Random, 'id'>;
}

const GUESSES = 'guesses';

export function createAttemptLimiter({
  attempts,
  lockouts,
  auditLog,
  clock,
  random,
}: AttemptLimiterDeps): AttemptLimiter {
  const refuse: AttemptLimiter['refuse'] = async (of, refusal, reason = refusal.code) => {
    await auditLog({ ...of, event: 'second_factor.refused', reason });
    return refused(refusal);
  };

  const count: AttemptLimiter['count'] = async ({ lockout, visit, ...of }) => {
    const { accountId, method } = of;
    if (!METHOD_TRAITS[method].guessable) {
      return accepted({ left: 0, failed: (...why) => refuse(of, ...why), succeeded: async () => {} });
    }
    const now = clock.now();
    if (lockout.lockedUntil > now) {
      return refuse(of, { code: 'too_many_attempts', retryAt: lockout.lockedUntil });
    }
    const subject = secondFactorSubject(accountId);
    const ofVisit = `sign-in:${visit}:${method}`;
    const verdict = await attempts.take({
      owner: subject,
      id: random.id(),
      bucket: method,
      atMs: now,
      limits: [
        { counter: ofVisit, limit: CODES_PER_SIGN_IN, windowMs: WINDOW_MS },
        { counter: GUESSES, limit: CODES_PER_ACCOUNT, windowMs: WINDOW_MS },
      ],
    });
    if (!verdict.ok) {
      const retryAt = verdict.counter === GUESSES ? verdict.retryAt : null;
      return refuse(of, { code: 'too_many_attempts', retryAt });
    }

    const isLastOfAccount = verdict.left[GUESSES] === 0;
    return accepted({
      left: Math.min(...Object.values(verdict.left)),
      async failed(...why) {
        await lockouts.addFailure(subject, method, now);
        if (!isLastOfAccount) return refuse(of, ...why);
        const lock = nextLock(lockout.level, now);
        await lockouts.lock(subject, lock.lockedUntil, lock.level);
        await auditLog({ ...of, event: 'second_factor.locked', reason: 'too_many_attempts' });
        return refused({ code: 'too_many_attempts', retryAt: lock.lockedUntil });
      },
      async succeeded() {
        const hasFailed = lockout.level > 0 || (lockout.failures[method] ?? 0) > 0;
        await Promise.all([
          attempts.forget(subject, [ofVisit, GUESSES], method),
          hasFailed ? lockouts.clear(subject, method) : null,
        ]);
      },
    });
  };

  return { count, refuse };
}
