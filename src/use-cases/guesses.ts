/** How guesses are counted: before they are looked at, for the account, whatever the browser, address or instance. */
import {
  CODES_PER_ACCOUNT,
  CODES_PER_SIGN_IN,
  type CountGuess,
  nextLock,
  secondFactorSubject,
  WINDOW_MS,
} from '../domain/attempts.ts';
import { accepted, refused } from '../domain/refusal.ts';
import type { AttemptStore, LockoutStore } from '../ports/stores.ts';
import type { Clock, Random } from '../ports/system.ts';

interface Needs {
  readonly attempts: AttemptStore;
  readonly lockouts: Pick<LockoutStore, 'addFailure' | 'lock' | 'clear'>;
  readonly clock: Clock;
  readonly random: Pick<Random, 'id'>;
}

const GUESSES = 'guesses';

export function createGuesses({ attempts, lockouts, clock, random }: Needs): CountGuess {
  return async ({ accountId, lockout, method, visit }) => {
    const now = clock.now();
    if (lockout.lockedUntil > now)
      return refused({ code: 'too_many_attempts', retryAt: lockout.lockedUntil });
    const subject = secondFactorSubject(accountId);
    const ofVisit = `sign-in:${visit}:${method}`;
    const verdict = await attempts.take({
      owner: subject,
      id: random.id(),
      bucket: method,
      at: now,
      limits: [
        { counter: ofVisit, limit: CODES_PER_SIGN_IN, windowMs: WINDOW_MS },
        { counter: GUESSES, limit: CODES_PER_ACCOUNT, windowMs: WINDOW_MS },
      ],
    });
    if (!verdict.ok) {
      const retryAt = verdict.counter === GUESSES ? verdict.retryAt : null;
      return refused({ code: 'too_many_attempts', retryAt });
    }

    const isLastOfAccount = verdict.left[GUESSES] === 0;
    return accepted({
      left: Math.min(...Object.values(verdict.left)),
      async failed() {
        await lockouts.addFailure(subject, method, now);
        if (!isLastOfAccount) return null;
        const lock = nextLock(lockout.level, now);
        await lockouts.lock(subject, lock.lockedUntil, lock.level);
        return lock.lockedUntil;
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
}
