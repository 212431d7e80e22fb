/** A circuit breaker: after repeated failures of a server it allows no more calls for a while, and then one as a trial. */

/** An allowed call. The caller reports its outcome, and then that it is over. */
export interface AllowedCall {
  /** The server did its work. */
  succeeded(): void;
  /** `retryAfterMs`: the time for which the server asked to be left alone. True when no more calls are allowed now. */
  failed(nowMs: number, retryAfterMs: number | null): boolean;
  over(): void;
}

export interface Breaker {
  /** Null: no call is allowed now. */
  begin(nowMs: number): AllowedCall | null;
  /** Whether it has nothing to remember. */
  isIdle(): boolean;
}

export const FAILURES = 5;
/** Milliseconds for which it stays open, doubled with each trial that fails, up to the most. */
const FIRST_REST_MS = 30_000;
const MOST_REST_MS = 10 * 60 * 1000;

/** @param failures failures in a row after which it opens */
export function createBreaker(failures: number = FAILURES): Breaker {
  let inARow = 0;
  let rests = 0;
  let openUntil: number | null = null;
  let trial: symbol | null = null;

  function open(untilMs: number): true {
    openUntil = Math.max(openUntil ?? 0, untilMs);
    return true;
  }

  return {
    isIdle: () => inARow === 0 && openUntil === null && trial === null,

    begin(beganMs) {
      const own = Symbol('trial');
      if (openUntil !== null) {
        if (trial !== null || beganMs < openUntil) return null;
        trial = own;
      }
      return {
        succeeded() {
          if (openUntil !== null && trial !== own) return;
          inARow = 0;
          rests = 0;
          openUntil = null;
        },
        failed(nowMs, retryAfterMs) {
          inARow += 1;
          if (retryAfterMs !== null) return open(nowMs + Math.min(retryAfterMs, MOST_REST_MS));
          // A call that began before the breaker opened says nothing new.
          if (trial !== own && (openUntil !== null || inARow < failures)) return false;
          const restMs = Math.min(FIRST_REST_MS * 2 ** Math.min(rests, 10), MOST_REST_MS);
          rests += 1;
          return open(nowMs + restMs);
        },
        over() {
          if (trial === own) trial = null;
        },
      };
    },
  };
}
