/**
 * The events of the product: a closed union. A use case appends one event for each thing that happened. Two pure functions
 * say what the audit log stores of an event, and which notice the owner of the account gets.
 */
import type { Account } from './account.ts';
import { personNoticeOf, type ToldPersonEvent } from './administration/person-events.ts';
import type { AuditEventName } from './audit/event-name.ts';
import { enrolmentNoticeOf, type ToldEnrolmentEvent } from './enrolment/events.ts';
import type { EventDetails as Details, OnceEvent } from './event-details.ts';
import type { Notice, NoticeContact } from './notice.ts';
import { type AccountJoined, type ResetEvent, resetNoticeOf } from './resets/reset-events.ts';
import { selfServiceNoticeOf, type ToldSelfServiceEvent } from './self-service/events.ts';

export type { AuditEventName, OnceEvent };

/** One stored line of the audit log. It contains no secret. */
export interface AuditEvent {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly event: AuditEventName;
  readonly accountId: string | null;
  readonly tenantId: string | null;
  readonly clientId: string | null;
  readonly method: string | null;
  /** The code of a refusal; null for a success. */
  readonly reason: string | null;
  /** IPv4 cut to /24, IPv6 to /48: enough to see a pattern. */
  readonly ip: string | null;
  /**
   * The id of the account that acted, for a change that a signed-in person makes. `operator` for a command, `host` for an act
   * of the plugin's host. Null where nobody is known to have acted.
   */
  readonly actor: string | null;
  /** The support reference of the request. Null for an event outside of requests. */
  readonly reference: string | null;
}

/** A line before the event log adds id and time, and cuts the IP address. */
export type AuditEntry = Pick<AuditEvent, 'event'> & Partial<Omit<AuditEvent, 'id' | 'atMs' | 'event'>>;

interface ContactChanged extends Details {
  readonly name: 'contact.changed';
  /** The account with its old number. */
  readonly account: Account;
  /** `enrolment`: the number was proven for a new factor, and the notice of that factor tells of a first number. */
  readonly cause: 'self-service' | 'enrolment' | 'administration';
  /** The old number, where a code to it was answered. */
  readonly also: readonly NoticeContact[];
}

interface SetUpPostponed extends Details {
  readonly name: 'second_factor.postponed';
  readonly account: Account;
  /** The end of the grace (milliseconds since the epoch). Null: the account was told of it before. */
  readonly until: number | null;
}

/** An outdated token of a trusted browser was used, and the trust in it has ended. */
interface BrowserReplayed extends Details {
  readonly name: 'browser.replayed';
  readonly account: Account;
}

/** `account.password_set`: an administrator gave the account a password. */
interface PasswordSet extends Details {
  readonly name: 'password.changed' | 'password.reset' | 'account.password_set';
  readonly account: Account;
}

/** `account.removal_reported`: the owner did not ask for the removal of a factor by an administrator. */
interface AccountReported extends Details {
  readonly name: 'account.reported' | 'account.removal_reported';
  readonly account: Account;
}

interface RefreshTokenReplayed extends Details {
  readonly name: 'refresh_token.replayed';
  /** Null when the account is gone, so that there is nobody to tell. */
  readonly account: Account | null;
  /** The name of the client. */
  readonly application: string;
}

/** Events that can become a notice. */
type ToldEvent =
  | ToldEnrolmentEvent
  | ContactChanged
  | BrowserReplayed
  | SetUpPostponed
  | AccountReported
  | PasswordSet
  | ResetEvent
  | AccountJoined
  | ToldPersonEvent
  | RefreshTokenReplayed
  | (ToldSelfServiceEvent & Details);

interface UntoldEvent extends Details {
  readonly name: Exclude<AuditEventName, ToldEvent['name']>;
}

export type DomainEvent = ToldEvent | UntoldEvent;

/** Changes that a signed-in person makes to the own account, unless the event names another actor. */
const OWN_ACTS: ReadonlySet<AuditEventName> = new Set([
  'second_factor.postponed',
  'enrolment.created',
  'enrolment.removed',
  'enrolment.default_chosen',
  'enrolment.renamed',
  'recovery.created',
  'browser.trusted',
  'browser.revoked',
  'contact.changed',
]);

/** The line that the audit log stores of an event, before it gets id, time and reference. */
export function auditLineOf(event: DomainEvent): Omit<AuditEvent, 'id' | 'atMs' | 'reference'> {
  const { name, accountId, tenantId, clientId, method, reason, ip, actor } = event;
  return {
    event: name,
    accountId: accountId ?? null,
    tenantId: tenantId ?? null,
    clientId: clientId ?? null,
    method: method ?? null,
    reason: reason ?? null,
    ip: ip ?? null,
    actor: actor ?? (OWN_ACTS.has(name) ? (accountId ?? null) : null),
  };
}

/** The notice that an event becomes; null: nobody is told. */
export function noticeOf(event: DomainEvent): Notice | null {
  switch (event.name) {
    case 'enrolment.created':
    case 'enrolment.removed':
    case 'recovery.created':
    case 'recovery.used':
      return enrolmentNoticeOf(event);
    case 'contact.changed':
      return contactNoticeOf(event);
    case 'second_factor.postponed':
      return event.until === null
        ? null
        : { account: event.account, topic: 'set-up-postponed', until: event.until };
    case 'browser.replayed':
      return { account: event.account, topic: 'trust-ended' };
    case 'password.changed':
    case 'password.reset':
    case 'account.password_set':
      return { account: event.account, topic: 'password-changed' };
    case 'account.reported':
      return { account: event.account, topic: 'reported' };
    case 'account.removal_reported':
      return { account: event.account, topic: 'removal-reported' };
    case 'refresh_token.replayed':
      return replayNoticeOf(event);
    case 'reset.requested':
    case 'reset.approved':
    case 'reset.refused':
    case 'reset.cancelled':
    case 'reset.done':
      return resetNoticeOf(event);
    case 'account.pass_issued':
    case 'factor.suspended':
    case 'factor.resumed':
      return personNoticeOf(event);
    case 'account.joined':
      return { account: event.account, topic: 'joined' };
    case 'email.change_asked':
    case 'email.changed':
    case 'email.restored':
    case 'notification_email.changed':
    case 'sign_in.new_browser':
      return selfServiceNoticeOf(event);
    case 'admin.person_viewed':
    case 'admin.act_refused':
    case 'account.role_changed':
    case 'account.enforcement_changed':
    case 'account.factors_removed':
    case 'account.details_changed':
    case 'email.change_stopped':
    case 'notification_email.asked':
    case 'notification_email.stopped':
    case 'session.ended':
    case 'sign_in.password_accepted':
    case 'sign_in.password_refused':
    case 'sign_in.passkey_accepted':
    case 'sign_in.passkey_refused':
    case 'sign_in.completed':
    case 'sign_in.refused':
    case 'second_factor.accepted':
    case 'second_factor.refused':
    case 'second_factor.anomaly':
    case 'second_factor.locked':
    case 'code.sent':
    case 'code.refused':
    case 'code.undelivered':
    case 'set_up.proven':
    case 'enrolment.default_chosen':
    case 'enrolment.renamed':
    case 'browser.trusted':
    case 'browser.used':
    case 'browser.revoked':
    case 'contact.confirmed':
    case 'contact.link_asked':
    case 'password.refused':
    case 'password.reset_asked':
    case 'account.report_refused':
    case 'account.unfrozen':
    case 'account.created':
    case 'account.updated':
    case 'account.disabled':
    case 'account.enabled':
    case 'account.unlocked':
    case 'account.invited':
    case 'token.refused':
    case 'device.code_refused':
    case 'device.signed_in':
    case 'device.cancelled':
    case 'config.reloaded':
    case 'store.restored':
    case 'settings.changed':
    case 'campaign.begun':
    case 'campaign.paused':
    case 'campaign.resumed':
    case 'campaign.ended':
    case 'campaign.refused':
      return null;
  }
}

function contactNoticeOf({ account, cause, also }: ContactChanged): Notice | null {
  if (cause === 'enrolment' && account.phone === null) return null;
  return { account, topic: 'phone-changed', also };
}

function replayNoticeOf({ account, application }: RefreshTokenReplayed): Notice | null {
  return account && { account, topic: 'token-replayed', application };
}
