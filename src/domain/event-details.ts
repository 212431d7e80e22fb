/** The details that every event may have, and what identifies one that a repeated request appends again. */

/** Identifies an event among those of its name. */
export interface OnceEvent {
  readonly key: string;
  /** The same at each append. In milliseconds since the epoch. */
  readonly atMs: number;
  /** The request before may have died between the line and the notice: subscribers get the event in any case. */
  readonly isRetold?: boolean;
}

/** Details that the audit log stores of any event. An absent value is stored as null. */
export interface EventDetails {
  readonly accountId?: string | null;
  readonly tenantId?: string | null;
  readonly clientId?: string | null;
  readonly method?: string | null;
  /** The code of a refusal. */
  readonly reason?: string | null;
  readonly ip?: string | null;
  /** As in the line of the audit log. */
  readonly actor?: string | null;
  /** For an event that a repeated request appends again. */
  readonly once?: OnceEvent;
}
