/** The models of the lists of people in the console. */
import type { Role } from '../../../../domain/account.ts';
import type { PeopleFilter } from '../../../../domain/administration/people-filter.ts';

/** A person in a list. No secret and no telephone number is among it. */
export interface PersonRow {
  readonly href: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly groups: readonly string[];
  /** The methods that this release knows. */
  readonly methods: readonly string[];
  /** The names of methods of a newer release. */
  readonly others: readonly string[];
  /** Milliseconds since the epoch. Null: nothing waits. */
  readonly lockedUntil: number | null;
  /** Milliseconds since the epoch. Null: there is none, or it has ended. */
  readonly graceUntil: number | null;
  readonly isConfirmed: boolean;
  readonly isDisabled: boolean;
  readonly isWaiting: boolean;
}

export interface PeoplePages {
  'admin-users': {
    readonly q: string;
    readonly filter: PeopleFilter | null;
    readonly filters: readonly PeopleFilter[];
    readonly group: string;
    /** The groups that a manager chooses among. Null: any. */
    readonly groups: readonly string[] | null;
    readonly people: readonly PersonRow[];
    /** Whether anything narrows the list. */
    readonly isNarrowed: boolean;
    /** Whether the list begins after its first person. */
    readonly isContinued: boolean;
    /** Whether accounts were left that no one has looked at for this page. */
    readonly isUnfinished: boolean;
    readonly clearHref: string;
    readonly firstHref: string;
    /** Null on the last page. */
    readonly nextHref: string | null;
    readonly csvHref: string;
  };
}
