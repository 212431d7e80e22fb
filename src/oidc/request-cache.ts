/** What a request reads of an account and its sign-in: once each, begun as early as it is known whose they are. */
import type { Account } from '../domain/account.ts';
import type { LoadSnapshot, SnapshotWithoutLockout } from '../domain/policy/policy.ts';
import type { SignInRecordStore } from '../ports/stores.ts';
import type { Clock } from '../ports/system.ts';
import { onceInRequest } from './once-in-request.ts';

interface ReadingDeps {
  readonly loadSnapshot: LoadSnapshot<SnapshotWithoutLockout>;
  readonly records: Pick<SignInRecordStore, 'find'>;
  readonly clock: Clock;
}

export function createReading({ loadSnapshot, records, clock }: ReadingDeps) {
  return {
    /** `known`: the account, which somebody else is reading already. */
    snapshot: onceInRequest((accountId: string, known: Promise<Account | undefined>) =>
      loadSnapshot(accountId, known),
    ),
    record: onceInRequest((sessionUid: string) => records.find(sessionUid, clock.now())),
  };
}
