/** When and where each factor was last used, as the records of the account's live sign-ins tell. */
import type { Enrolment } from '../../domain/enrolment/enrolment.ts';
import type { SignInRecord } from '../../domain/sign-in/sign-in-record.ts';
import type { SignInRecordStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';

/** The last use of a factor. */
export interface LastUse {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  /** The IP address and the `User-Agent` of that sign-in. */
  readonly ip: string;
  readonly browser: string;
}

/** By the id of the factor. A factor that no live sign-in has used is absent. */
export type FindLastUses = (
  accountId: string,
  enrolments: readonly Pick<Enrolment, 'id' | 'createdAt'>[],
) => Promise<ReadonlyMap<string, LastUse>>;

export function createFindLastUses({
  records,
  clock,
}: {
  readonly records: Pick<SignInRecordStore, 'listByAccount'>;
  readonly clock: Clock;
}): FindLastUses {
  return async (accountId, enrolments) =>
    lastUsesIn(await records.listByAccount(accountId, clock.now()), enrolments);
}

/** The first proof of a factor is its set-up, which is no use of it. */
function lastUsesIn(
  records: readonly SignInRecord[],
  enrolments: readonly Pick<Enrolment, 'id' | 'createdAt'>[],
): ReadonlyMap<string, LastUse> {
  const uses = new Map<string, LastUse>();
  for (const { authentications, ip, browser } of records) {
    for (const { enrolmentId, atMs } of authentications) {
      const factor = enrolments.find(({ id }) => id === enrolmentId);
      if (!factor || factor.createdAt === atMs || atMs <= (uses.get(factor.id)?.atMs ?? 0)) continue;
      uses.set(factor.id, { atMs, ip, browser });
    }
  }
  return uses;
}
