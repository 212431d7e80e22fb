/** The model of the audit log. */
import type { MethodName } from '../../../../domain/methods/method.ts';

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
