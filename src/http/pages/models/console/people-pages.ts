/** The models of the pages of the console that list people, and invite more of them. */
import type { Role } from '../../../../domain/account.ts';
import type { PeopleFilter } from '../../../../domain/administration/people-filter.ts';
import type { Form } from '../../page-parts.ts';

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
    /** Leads to the preview of a mailing. Null: the role begins none. */
    readonly resendForm: Form | null;
  };
  'admin-invite': {
    readonly form: Form;
    readonly email: string;
    readonly name: string;
    /** Separated by commas. */
    readonly groups: string;
    /** The groups that a manager gives. Null: any. */
    readonly managed: readonly string[] | null;
    /** The person who was invited last, or who has the address of a refused form. */
    readonly person: { readonly name: string; readonly email: string; readonly href: string } | null;
    /** `unmailed`: the account was made, and its invitation was not sent. */
    readonly done: 'invited' | 'unmailed' | null;
    readonly mostRows: number;
    /** The fault of a refused file, in English. */
    readonly fileFault: string | null;
    readonly report: {
      readonly isDryRun: boolean;
      readonly created: number;
      readonly existing: number;
      readonly refused: number;
      readonly rows: readonly {
        readonly line: number;
        readonly email: string;
        readonly outcome: 'created' | 'exists' | 'refused';
        /** Those with words of their own. */
        readonly codes: readonly string[];
        /** All others, in English. */
        readonly texts: readonly string[];
      }[];
    } | null;
  };
}
