/** One event of the audit log. It has the exact reason, where the page is vague, and contains no secret. */
export type AuditEventName =
  | 'sign_in.password_accepted'
  | 'sign_in.password_refused'
  | 'sign_in.completed'
  | 'sign_in.refused'
  | 'second_factor.accepted'
  | 'second_factor.refused'
  | 'second_factor.locked'
  | 'second_factor.postponed'
  | 'code.sent'
  | 'code.refused'
  | 'code.undelivered'
  | 'set_up.proven'
  | 'enrolment.created'
  | 'enrolment.removed'
  | 'enrolment.default_chosen'
  | 'recovery.created'
  | 'recovery.used'
  | 'browser.trusted'
  | 'browser.used'
  | 'browser.revoked'
  | 'contact.confirmed'
  | 'contact.changed'
  | 'contact.link_asked'
  | 'account.reported'
  | 'account.unfrozen'
  | 'token.refused'
  | 'config.reloaded';

export interface AuditEvent {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly event: AuditEventName;
  readonly accountId: string | null;
  readonly tenantId: string | null;
  readonly clientId: string | null;
  readonly method: string | null;
  /** A code of refusal, or null when it went well. */
  readonly reason: string | null;
  /** IPv4 cut to /24, IPv6 to /48: enough to see a pattern. */
  readonly ip: string | null;
}

/** The fields that a use case gives. The audit log adds the id and the time, and truncates the IP address. */
export type AuditEntry = Pick<AuditEvent, 'event'> & Partial<Omit<AuditEvent, 'id' | 'atMs' | 'event'>>;
