/** The changes of accounts that a restore takes back, as the audit trail tells them. */
import type { AuditEventName } from '../events.ts';

/** A line of the audit trail, from a store or from an export. A newer release may name events that this one does not know. */
export interface AuditLine {
  readonly atMs: number;
  readonly event: string;
  readonly accountId: string | null;
  readonly tenantId: string | null;
  readonly email: string | null;
  readonly method: string | null;
}

export interface LostChange extends AuditLine {
  /** The state after the restore, for the operator. */
  readonly now: string;
}

/** The state after a restore of what each event has changed. Null: it has changed nothing that lasts. */
const STATES: Readonly<Record<AuditEventName, string | null>> = {
  'sign_in.password_accepted': null,
  'sign_in.password_refused': null,
  'sign_in.passkey_accepted': null,
  'sign_in.passkey_refused': null,
  'sign_in.completed': null,
  'sign_in.refused': null,
  'second_factor.accepted': null,
  'second_factor.anomaly': null,
  'second_factor.refused': null,
  'second_factor.locked': 'the lock is gone',
  'second_factor.postponed': null,
  'code.sent': null,
  'code.refused': null,
  'code.undelivered': null,
  'set_up.proven': null,
  'enrolment.created': 'the factor is gone: its owner sets it up again',
  'enrolment.removed': 'the factor is back: remove it with "doublelock factors remove"',
  'enrolment.default_chosen': 'the former default is back',
  'enrolment.renamed': 'the former name is back',
  'recovery.created':
    'these codes are void: new ones are shown at the next sign-in of an account that had some before',
  'recovery.used': 'all codes are void',
  'browser.trusted': 'no browser is trusted',
  'browser.used': null,
  'browser.revoked': 'no browser is trusted',
  'browser.replayed': 'no browser is trusted',
  'contact.confirmed': 'the address is not confirmed',
  'contact.changed': 'the former address or number is back',
  'contact.link_asked': null,
  'password.changed': 'the former password is back: its owner changes it again',
  'password.reset': 'the former password is back: its owner changes it again',
  'password.refused': null,
  'password.reset_asked': null,
  'account.reported': 'the account is not frozen: look into the report, and remove its factors if need be',
  'account.removal_reported': 'the account is not held: look into the report',
  'account.report_refused': null,
  'account.unfrozen': 'the account is frozen: unfreeze it again',
  'account.created': 'the account is gone: create it again',
  'account.updated': 'the former details are back: change them again',
  'account.password_set': 'the former password is back: set a new one',
  'account.disabled': 'the account may sign in: disable it again',
  'account.enabled': 'the account may not sign in: enable it again',
  'account.unlocked': null,
  'account.invited': null,
  'account.joined': 'the account has no password again: invite it again',
  'reset.requested': 'the request is void: it can be made again',
  'reset.approved': null,
  'reset.refused': null,
  'reset.cancelled': null,
  'reset.done': 'the former factors are back: remove them with "doublelock factors remove"',
  'token.refused': null,
  'refresh_token.replayed': 'all tokens are void',
  'device.code_refused': null,
  'device.signed_in': 'the device signs in again',
  'device.cancelled': null,
  'config.reloaded': null,
  'store.restored': null,
  'account.details_changed': 'the former name and language are back',
  'email.change_asked': null,
  'email.change_stopped': null,
  'email.changed': 'the former address is back',
  'email.restored': 'the address of before is back: look into it, and change the address again',
  'notification_email.asked': null,
  'notification_email.stopped': null,
  'notification_email.changed': 'the former second address is back',
  'session.ended': 'all sessions are void',
  'settings.changed': 'the settings of the workspace are those of an earlier version',
  'campaign.begun': 'the mailing is gone: begin it again',
  'campaign.paused': null,
  'campaign.resumed': null,
  'campaign.ended': null,
  'campaign.refused': null,
  'sign_in.new_browser': null,
  'admin.person_viewed': null,
  'admin.act_refused': null,
  'account.factors_removed': null,
  'factor.suspended': 'the factor is accepted: suspend it again',
  'factor.resumed': 'the factor is suspended: end that again',
  'account.pass_issued': 'the pass is void: give another one',
  'account.role_changed': 'the former role is back: change it again',
  'account.enforcement_changed': 'the former requirement is back: change it again',
};

const KNOWN: ReadonlyMap<string, string | null> = new Map(Object.entries(STATES));

/** The names of all events of this release. */
export const AUDIT_EVENTS: readonly string[] = [...KNOWN.keys()].sort();

export function isAuditEvent(name: string): boolean {
  return KNOWN.has(name);
}

/** The events that change nothing that a restore would take back. */
export const QUIET_EVENTS: readonly string[] = [...KNOWN].flatMap(([event, state]) =>
  state === null ? [event] : [],
);

/** The changes since a moment by account, each oldest first. An event of another release counts as a change. */
export function lostChangesOf(lines: readonly AuditLine[], since: number): LostChange[] {
  return lines
    .flatMap((line): LostChange[] => {
      const now = KNOWN.has(line.event) ? KNOWN.get(line.event) : 'as it was before';
      return !now || line.atMs < since ? [] : [{ ...line, now }];
    })
    .sort((a, b) => compare(nameOf(a), nameOf(b)) || a.atMs - b.atMs);
}

/** The name of the account, for the operator. */
export function nameOf({ email, accountId }: Pick<AuditLine, 'email' | 'accountId'>): string {
  return email ?? accountId ?? '';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
