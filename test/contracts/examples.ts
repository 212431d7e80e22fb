/** One example of each thing that is stored, to be varied by the tests. */
import { type Account, NEW_ACCOUNT } from '../../src/domain/account.ts';
import type { Campaign } from '../../src/domain/administration/campaign.ts';
import type { Enrolment } from '../../src/domain/enrolment/enrolment.ts';
import type { AuditEvent } from '../../src/domain/events.ts';
import type { ResetRequest, ResetStep } from '../../src/domain/resets/reset-request.ts';
import type { Challenge } from '../../src/domain/sign-in/challenge.ts';
import type { SessionClient, SignInRecord } from '../../src/domain/sign-in/sign-in-record.ts';
import { EMPTY_TRANSACTION, type SignInTransaction } from '../../src/domain/sign-in/transaction.ts';
import type { TrustedBrowser } from '../../src/domain/sign-in/trusted-browser.ts';
import type { SettingsVersion } from '../../src/domain/tenant-settings/version.ts';
import type { QueuedMail } from '../../src/ports/mail.ts';

/** Milliseconds since the epoch: when the examples happen. */
export const NOW = 1_750_000_000_000;
export const MINUTE = 60_000;

export function anAccount(changes: Partial<Account> = {}): Account {
  return {
    id: 'account-1',
    tenantId: 'acme',
    email: 'bob@acme.test',
    emailConfirmed: false,
    name: 'Bob',
    givenName: null,
    familyName: null,
    username: null,
    attributes: {},
    phone: null,
    role: 'member',
    groups: [],
    manages: [],
    locale: null,
    passwordHash: null,
    ...NEW_ACCOUNT,
    createdAt: NOW,
    updatedAt: NOW,
    ...changes,
  };
}

export function anEnrolment(changes: Partial<Enrolment> = {}): Enrolment {
  return {
    id: 'enrolment-1',
    accountId: 'account-1',
    tenantId: 'acme',
    method: 'totp',
    label: '',
    app: null,
    secret: 'sealed',
    lastStep: null,
    isDefault: false,
    createdAt: NOW,
    ...changes,
  };
}

export function aCampaign(changes: Partial<Campaign> = {}): Campaign {
  return {
    id: 'campaign-1',
    tenantId: 'acme',
    groups: null,
    by: 'account-1',
    search: { q: '', filter: null, group: '' },
    expected: 3,
    createdAt: NOW,
    ...changes,
  };
}

export function aResetRequest(changes: Partial<ResetRequest> = {}): ResetRequest {
  return {
    id: 'account-1.1',
    accountId: 'account-1',
    tenantId: 'acme',
    reason: 'I lost my phone.',
    ip: '192.0.2.0/24',
    browser: 'Firefox, Linux',
    createdAt: NOW,
    expiresAt: NOW + MINUTE,
    ...changes,
  };
}

export function aResetStep(changes: Partial<ResetStep> = {}): ResetStep {
  return {
    requestId: 'account-1.1',
    stage: 'decision',
    outcome: 'approved',
    by: 'operator',
    note: null,
    atMs: NOW,
    dueAt: NOW,
    ...changes,
  };
}

export function aSessionClient(changes: Partial<SessionClient> = {}): SessionClient {
  return {
    sessionUid: 'session-1',
    clientId: 'client-1',
    accountId: 'account-1',
    sid: 'sid-1',
    noticeId: 'notice-1',
    expiresAt: NOW + MINUTE,
    ...changes,
  };
}

export function aSignInRecord(changes: Partial<SignInRecord> = {}): SignInRecord {
  return {
    sessionUid: 'session-1',
    accountId: 'account-1',
    authentications: [
      { method: 'pwd', enrolmentId: null, atMs: NOW - 1000 },
      { method: 'totp', enrolmentId: 'enrolment-1', atMs: NOW },
    ],
    trustedBrowserId: null,
    atMs: NOW,
    ip: '192.0.2.7',
    browser: 'Mozilla/5.0 (X11; Linux x86_64) "quoted" \u{1f512}',
    lastUsedAt: NOW,
    offlineClients: [],
    expiresAt: NOW + MINUTE,
    ...changes,
  };
}

export function aChallenge(changes: Partial<Challenge> = {}): Challenge {
  return {
    id: 'challenge-1',
    method: 'email',
    purpose: 'sign-in',
    digest: 'digest',
    sentAt: NOW,
    expiresAt: NOW + MINUTE,
    ...changes,
  };
}

export function aTrustedBrowser(changes: Partial<TrustedBrowser> = {}): TrustedBrowser {
  return {
    id: 'browser-1',
    accountId: 'account-1',
    tenantId: 'acme',
    browser: 'Mozilla/5.0 (X11; Linux x86_64) "quoted" \u{1f512}',
    createdAt: NOW,
    lastUsedAt: null,
    lastUsedFor: null,
    expiresAt: NOW + MINUTE,
    generation: 0,
    rotations: [],
    ...changes,
  };
}

export function anAuditEvent(changes: Partial<AuditEvent> = {}): AuditEvent {
  return {
    id: 'event-1',
    atMs: NOW,
    event: 'second_factor.refused',
    accountId: 'account-1',
    tenantId: 'acme',
    clientId: 'demo',
    method: 'totp',
    reason: 'code_used',
    ip: '192.0.2.0',
    reference: 'K7QM-2XPD',
    actor: 'operator',
    ...changes,
  };
}

export function aTransaction(changes: Partial<SignInTransaction> = {}): SignInTransaction {
  return {
    uid: 'interaction-1',
    version: 0,
    accountId: 'account-1',
    authentications: [{ method: 'pwd', enrolmentId: null, atMs: NOW }],
    ...EMPTY_TRANSACTION,
    keepsAuthTime: null,
    expiresAt: NOW + MINUTE,
    ...changes,
  };
}

export function aMail(changes: Partial<QueuedMail> = {}): QueuedMail {
  return { id: 'mail-1', encrypted: 'v1.key.nonce.body', expiresAt: NOW + MINUTE, ...changes };
}

export function aSettingsVersion(changes: Partial<SettingsVersion> = {}): SettingsVersion {
  return {
    tenantId: 'acme',
    number: 1,
    settings: { enforcement: 'required', methods: ['totp', 'passkey'], groups: { finance: 'required' } },
    by: 'boss-1',
    atMs: NOW,
    reason: null,
    revertOf: null,
    ...changes,
  };
}
