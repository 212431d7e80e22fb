/** Counts the members whom an administrator sees: protected, not protected, locked, waiting for a reset. */
import type { Scope } from '../../domain/administration/may-act.ts';
import type { PeopleStore, PeopleTotals } from '../../ports/administration/people-store.ts';
import type { ResetRequestStore } from '../../ports/administration/reset-requests.ts';
import type { Clock } from '../../ports/system.ts';

interface OverviewDeps {
  readonly people: Pick<PeopleStore, 'totals'>;
  readonly resetRequests: Pick<ResetRequestStore, 'countWaiting'>;
  readonly clock: Clock;
}

export interface OverviewNumbers {
  readonly totals: PeopleTotals;
  /** Requests for a reset that wait. */
  readonly requests: number;
}

export type Overview = (scope: Scope) => Promise<OverviewNumbers>;

export function createOverview({ people, resetRequests, clock }: OverviewDeps): Overview {
  return async (scope) => {
    const now = clock.now();
    const [totals, requests] = await Promise.all([
      people.totals(scope, now),
      resetRequests.countWaiting(scope, now),
    ]);
    return { totals, requests };
  };
}
