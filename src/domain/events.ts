/**
 * The events of the product: a closed union. A use case appends one event for each thing that happened. Two pure functions
 * say what the audit log stores of an event, and which notice the owner of the account gets.
 */
import type { Account } from './account.ts';
import { isFactor } from './enrolment/enrolment.ts';
import type { EventDetails as Details, OnceEvent } from './event-details.ts';
import type { MethodName } from './methods/method.ts';
import type { Notice, NoticeContact } from './notice.ts';
import {
  type AccountJoined,
  type INVITATION_EVENTS,
  type ResetEvent,
  type ResetEventName,
  resetNoticeOf,
} from './resets/reset-events.ts';

export type { OnceEvent };

export type AuditEventName =
  | 'sign_in.password_accepted'
  | 'sign_in.password_refused'
  | 'sign_in.passkey_accepted'
  | 'sign_in.passkey_refused'
  | 'sign_in.completed'
  | 'sign_in.refused'
  | 'second_factor.accepted'
  | 'second_factor.refused'
  | 'second_factor.anomaly'
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
  | 'browser.replayed'
  | 'contact.confirmed'
  | 'contact.changed'
  | 'contact.link_asked'
  | 'account.reported'
  | 'account.report_refused'
  | 'account.unfrozen'
  | ResetEventName
  | (typeof INVITATION_EVENTS)[number]
  | 'token.refused'
  | 'refresh_token.replayed'
  | 'device.code_refused'
  | 'device.signed_in'
  | 'device.cancelled'
  | 'config.reloaded'
  | 'store.restored';

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
  /** The support reference of the request. Null for an event outside of requests. */
  readonly reference: string | null;
}

/** A line before the event log adds id and time, and cuts the IP address. */
export type AuditEntry = Pick<AuditEvent, 'event'> & Partial<Omit<AuditEvent, 'id' | 'atMs' | 'event'>>;

interface EnrolmentCreated extends Details {
  readonly name: 'enrolment.created';
  readonly account: Account;
  readonly method: MethodName;
}

interface EnrolmentRemoved extends Details {
  readonly name: 'enrolment.removed';
  /** Null when the account is gone, so that there is nobody to tell. */
  readonly account: Account | null;
  readonly method: MethodName;
  /** `contact-change`, `reset`: the notice of that change tells of the removed factors too. */
  readonly cause: 'removal' | 'contact-change' | 'reset';
  /** The number of the removed factor: its reader learns that no more codes come. */
  readonly also: readonly NoticeContact[];
}

interface RecoveryCreated extends Details {
  readonly name: 'recovery.created';
  readonly account: Account;
  /** `first-factor`: the codes came with the first factor, and its notice tells of both. */
  readonly cause: 'first-factor' | 'renewal';
}

interface RecoveryUsed extends Details {
  readonly name: 'recovery.used';
  readonly account: Account;
  /** The number of codes that are left. */
  readonly left: number;
}

interface ContactChanged extends Details {
  readonly name: 'contact.changed';
  /** The account with its old number. */
  readonly account: Account;
  /** `enrolment`: the number was proven for a new factor, and the notice of that factor tells of a first number. */
  readonly cause: 'self-service' | 'enrolment';
  /** The old number, where a code to it was answered. */
  readonly also: readonly NoticeContact[];
}

/** An outdated token of a trusted browser was used, and the trust in it has ended. */
interface BrowserReplayed extends Details {
  readonly name: 'browser.replayed';
  readonly account: Account;
}

interface AccountReported extends Details {
  readonly name: 'account.reported';
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
  | EnrolmentCreated
  | EnrolmentRemoved
  | RecoveryCreated
  | RecoveryUsed
  | ContactChanged
  | BrowserReplayed
  | AccountReported
  | ResetEvent
  | AccountJoined
  | RefreshTokenReplayed;

interface UntoldEvent extends Details {
  readonly name: Exclude<AuditEventName, ToldEvent['name']>;
}

export type DomainEvent = ToldEvent | UntoldEvent;

/** The line that the audit log stores of an event, before it gets id, time and reference. */
export function auditLineOf(event: DomainEvent): Omit<AuditEvent, 'id' | 'atMs' | 'reference'> {
  const { name, accountId, tenantId, clientId, method, reason, ip } = event;
  return {
    event: name,
    accountId: accountId ?? null,
    tenantId: tenantId ?? null,
    clientId: clientId ?? null,
    method: method ?? null,
    reason: reason ?? null,
    ip: ip ?? null,
  };
}

/** The notice that an event becomes; null: nobody is told. */
export function noticeOf(event: DomainEvent): Notice | null {
  switch (event.name) {
    case 'enrolment.created':
      return { account: event.account, topic: 'factor-added', method: event.method };
    case 'enrolment.removed':
      return removalNoticeOf(event);
    case 'recovery.created':
      return event.cause === 'renewal' ? { account: event.account, topic: 'recovery-made' } : null;
    case 'recovery.used':
      return { account: event.account, topic: 'recovery-used', left: event.left };
    case 'contact.changed':
      return contactNoticeOf(event);
    case 'browser.replayed':
      return { account: event.account, topic: 'trust-ended' };
    case 'account.reported':
      return { account: event.account, topic: 'reported' };
    case 'refresh_token.replayed':
      return replayNoticeOf(event);
    case 'reset.requested':
    case 'reset.approved':
    case 'reset.refused':
    case 'reset.cancelled':
    case 'reset.done':
      return resetNoticeOf(event);
    case 'account.joined':
      return { account: event.account, topic: 'joined' };
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
    case 'second_factor.postponed':
    case 'code.sent':
    case 'code.refused':
    case 'code.undelivered':
    case 'set_up.proven':
    case 'enrolment.default_chosen':
    case 'browser.trusted':
    case 'browser.used':
    case 'browser.revoked':
    case 'contact.confirmed':
    case 'contact.link_asked':
    case 'account.report_refused':
    case 'account.unfrozen':
    case 'account.invited':
    case 'token.refused':
    case 'device.code_refused':
    case 'device.signed_in':
    case 'device.cancelled':
    case 'config.reloaded':
    case 'store.restored':
      return null;
  }
}

/** A set of recovery codes is no factor: it is removed with the last factor, whose notice tells of that. */
function removalNoticeOf(event: EnrolmentRemoved): Notice | null {
  const { account, method, cause, also } = event;
  if (account === null || cause !== 'removal' || !isFactor({ method })) return null;
  return { account, topic: 'factor-removed', method, also };
}

function contactNoticeOf({ account, cause, also }: ContactChanged): Notice | null {
  if (cause === 'enrolment' && account.phone === null) return null;
  return { account, topic: 'phone-changed', also };
}

function replayNoticeOf({ account, application }: RefreshTokenReplayed): Notice | null {
  return account && { account, topic: 'token-replayed', application };
}
