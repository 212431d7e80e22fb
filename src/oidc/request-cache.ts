/** What a request reads of an account and its sign-in: once each, begun as early as it is known whose they are. */
import type { Account } from '../domain/account.ts';
import type { Gather, StandingFacts } from '../domain/policy/policy.ts';
import type { SignInRecordStore } from '../ports/stores.ts';
import type { Clock } from '../ports/system.ts';
import { onceInRequest } from './once-in-request.ts';

interface Needs {
  readonly gather: Gather<StandingFacts>;
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
