/** The models of the audit log, and of the numbers that are counted with it. */
import type { MethodName } from '../../../../domain/methods/method.ts';
import type { StackedBars } from '../../../../presentation/stacked-bars.ts';

export interface AuditLineView {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly event: string;
  /** Whether the event has words. One of a newer release has none. */
  readonly isKnown: boolean;
  /** The e-mail address of the account, else its id. Null: the line is about no account. */
  readonly person: string | null;
  /** The one who acted: an e-mail address, else an id. Null where nobody is known to have acted, and for the two below. */
  readonly actor: string | null;
  readonly otherActor: 'operator' | 'host' | null;
  readonly method: MethodName | null;
  readonly reason: string | null;
  readonly clientId: string | null;
  readonly ip: string | null;
  readonly reference: string | null;
}

/** The conditions as the person typed them. */
export interface AuditFieldsView {
  readonly person: string;
  readonly actor: string;
  readonly event: string;
  readonly reference: string;
  readonly since: string;
  readonly until: string;
}

export interface MethodRateView {
  /** Null for the password, and for a method without words. */
  readonly method: MethodName | null;
  /** The name of a method without words. Null for the password too. */
  readonly otherName: string | null;
  readonly accepted: number;
  readonly refused: number;
  /** The share of refused attempts, in whole percent. */
  readonly percent: number;
}

export interface SignInsView {
  /** The time of the count. Null: nothing was counted yet. */
  readonly countedAt: number | null;
  /** The names of the counted events. */
  readonly outcomes: readonly string[];
  readonly days: readonly {
    readonly beginsAt: number;
    /** The day of the month. */
    readonly label: string;
    /** In the order of `outcomes`. `href` null: the role does not open the audit log. */
    readonly counts: readonly { readonly count: number; readonly href: string | null }[];
  }[];
  readonly chart: StackedBars;
  readonly methods: readonly MethodRateView[];
}

export interface AuditPages {
  'admin-audit': {
    readonly typed: AuditFieldsView;
    readonly isNarrowed: boolean;
    readonly events: readonly string[];
    readonly timeZone: string;
    /** A manager sees the lines of some groups alone. */
    readonly isOfGroups: boolean;
    /** Null when the search was refused. */
    readonly lines: readonly AuditLineView[] | null;
    /** Not all lines were looked at: the search goes on at `olderHref`. */
    readonly isStopped: boolean;
    readonly newestHref: string | null;
    readonly olderHref: string | null;
    readonly csvHref: string;
    readonly jsonLinesHref: string;
  };
}
