/** The methods that still take an answer in a sign-in, after wrong codes. */
import type { MethodName } from '../../domain/methods/method.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { SignInTransaction } from '../../domain/sign-in/transaction.ts';
import type { Clock } from '../../ports/system.ts';
import type { AttemptLimiter } from './attempt-limiter.ts';

interface UsableMethodsDeps {
  readonly attemptLimiter: Pick<AttemptLimiter, 'exhausted' | 'isGuessable'>;
  readonly clock: Clock;
}

type Visit = Pick<SignInTransaction, 'uid'>;

export function createUsableMethods({ attemptLimiter, clock }: UsableMethodsDeps) {
  /** Why the method takes no answer now, by its name. A method that takes one is not in it. */
  async function stopsOf(
    { uid }: Visit,
    policyResult: PolicyResult,
  ): Promise<ReadonlyMap<MethodName, Refusal>> {
    const { decision, lockout, account } = policyResult;
    if (decision.kind !== 'prove') return new Map();
    const guessable = decision.methods.filter(attemptLimiter.isGuessable);
    const { lockedUntil } = lockout;
    if (lockedUntil > clock.now())
      return new Map(
        guessable.map((method) => [method, { code: 'too_many_attempts', retryAt: lockedUntil }]),
      );
    const exhausted = await attemptLimiter.exhausted(
      { accountId: account.id, visit: uid, lockout },
      guessable,
    );
    return new Map([...exhausted].map((method) => [method, { code: 'too_many_attempts', retryAt: null }]));
  }

  return { stopsOf };
}

export type UsableMethods = ReturnType<typeof createUsableMethods>;
