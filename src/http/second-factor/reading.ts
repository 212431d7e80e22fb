/** What a request reads of an account and its sign-in: once each, begun as early as it is known whose they are. */
import type { Account } from '../../domain/account.ts';
import type { Gather } from '../../domain/policy.ts';
import type { SignInRecordStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';

interface Needs {
  readonly gather: Gather;
  readonly records: Pick<SignInRecordStore, 'find'>;
  readonly clock: Clock;
}

export function createReading({ gather, records, clock }: Needs) {
  return {
    /** `known`: the account, which somebody else is reading already. */
    facts: onceInRequest((accountId: string, known: Promise<Account | undefined>) =>
      gather(accountId, known),
    ),
    record: onceInRequest((sessionUid: string) => records.find(sessionUid, clock.now())),
  };
}

/** The provider's context of a request; one of these each. */
interface OfRequest {
  readonly oidc: object;
}

/** `read` is called for the first who asks about this key in a request; everybody gets what it finds. */
function onceInRequest<T, More extends unknown[]>(read: (key: string, ...more: More) => Promise<T>) {
  const begun = new WeakMap<object, Map<string, Promise<T>>>();
  return ({ oidc }: OfRequest, key: string, ...more: More): Promise<T> => {
    const ofRequest = begun.get(oidc) ?? new Map<string, Promise<T>>();
    begun.set(oidc, ofRequest);
    const before = ofRequest.get(key);
    if (before) return before;
    const reading = read(key, ...more);
    // Whoever waits for it is told of a failure; after an earlier one nobody may wait any more.
    reading.catch(() => {});
    ofRequest.set(key, reading);
    return reading;
  };
}
