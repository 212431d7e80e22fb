/** Counts the members whom an administrator sees: protected, not protected, locked, waiting for a reset. */
import type { Scope } from '../../domain/administration/may-act.ts';
import type { PeopleStore, PeopleTotals } from '../../ports/administration/people-store.ts';
import type { Clock } from '../../ports/system.ts';

interface OverviewDeps {
  readonly people: Pick<PeopleStore, 'totals'>;
  readonly clock: Clock;
}

export interface OverviewNumbers {
  readonly totals: PeopleTotals;
}

export type Overview = (scope: Scope) => Promise<OverviewNumbers>;

export function createOverview({ people, clock }: OverviewDeps): Overview {
  return async (scope) => ({ totals: await people.totals(scope, clock.now()) });
}
