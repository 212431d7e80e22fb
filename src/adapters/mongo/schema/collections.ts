/**
 * The schemas of the collections. Fields that this release does not know are left alone: nothing is ever replaced whole, so
 * that an older and a newer release can share them. Times are dates; what expires is swept, and checked when read.
 * `order` tells which of two came first when their times are equal.
 */
import { type Connection as Driver, Schema, type Types } from 'mongoose';
import type { AuthenticationEvent } from '../../../domain/policy/assurance.ts';
import { account } from './account.ts';
import { audit } from './audit.ts';
import { auditSeal, auditTally } from './audit-seal.ts';
import { campaign, recipient } from './campaign.ts';
import { enrolment } from './enrolment.ts';
import { key } from './key.ts';
import { OPTIONS } from './options.ts';
import { provider } from './provider.ts';
import { logoutOutbox, mailOutbox } from './queue.ts';
import { resetRequest, resetStep } from './reset-request.ts';
import { sessionClient } from './session-client.ts';
import { tenantSettings } from './tenant-settings.ts';

/** That a password hash is being replaced; gone again when it was. */
export interface PasswordChangeDocument {
  _id: string;
  accountId: string;
  /** Null: the account had no password. */
  previous: string | null;
  next: string;
}

const passwordChange = new Schema<PasswordChangeDocument>(
  { _id: String, accountId: String, previous: String, next: String },
  { ...OPTIONS, collection: 'password_changes' },
);

export interface OnceKeyDocument {
  _id: string;
  value: string;
  expiresAt: Date | null;
}

// No TTL index: a server whose clock is ahead would forget a claim that still guards something.
const claim = new Schema<OnceKeyDocument>(
  { _id: String, value: String, expiresAt: Date },
  { ...OPTIONS, collection: 'claims' },
).index({ expiresAt: 1 });

/**
 * One fact about a subject. `failure`: number `value` of its bucket; `lock`: until `at`; `level`: reached `value` by a
 * lock until `at`. The highest of each kind counts.
 */
export interface LockoutDocument {
  _id: string;
  subject: string;
  kind: 'failure' | 'lock' | 'level';
  bucket: string | null;
  value: number;
  at: Date;
  /** The account that waits. Null where there is none, and absent from what an older release has written. */
  accountId?: string | null;
}

const lockout = new Schema<LockoutDocument>(
  { _id: String, subject: String, kind: String, bucket: String, value: Number, at: Date, accountId: String },
  { ...OPTIONS, collection: 'lockouts' },
)
  .index({ subject: 1, kind: 1, bucket: 1, value: -1 })
  .index({ kind: 1, bucket: 1, at: 1 })
  .index({ accountId: 1, at: 1 });

export interface SignInRecordDocument {
  _id: string;
  accountId: string;
  proofs: AuthenticationEvent[];
  /** Absent from what an older release has written. */
  trustedBrowserId?: string | null;
  at: Date;
  address: string;
  browser: string;
  /** Absent from what an older release has written, as `offlineClients` is. */
  lastUsedAt?: Date;
  offlineClients?: string[];
  expiresAt: Date;
  order: Types.ObjectId;
}

// Fields that a newer release adds to a proof come back with the record, and are stored again with it.
const OPEN = { _id: false, strict: false, id: false } as const;
const passkey = new Schema({ userVerified: Boolean, deviceBound: Boolean }, OPEN);
const proof = new Schema({ method: String, enrolmentId: String, at: Number, passkey }, OPEN);
const record = new Schema<SignInRecordDocument>(
  {
    _id: String,
    accountId: String,
    proofs: [proof],
    trustedBrowserId: String,
    at: Date,
    address: String,
    browser: String,
    lastUsedAt: Date,
    offlineClients: { type: [String], default: undefined },
    expiresAt: Date,
    order: Schema.Types.ObjectId,
  },
  { ...OPTIONS, collection: 'sign_in_records' },
)
  .index({ accountId: 1, at: -1, order: -1 })
  .index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export interface TrustedBrowserDocument {
  _id: string;
  accountId: string;
  /** Absent from what an older release has written. */
  tenantId?: string;
  browser: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  lastUsedFor: string | null;
  expiresAt: Date;
  /** Absent from what an older release has written, as `rotations` is. */
  generation?: number;
  rotations?: Date[];
  order: Types.ObjectId;
}

const trustedBrowser = new Schema<TrustedBrowserDocument>(
  {
    _id: String,
    accountId: String,
    tenantId: String,
    browser: String,
    createdAt: Date,
    lastUsedAt: Date,
    lastUsedFor: String,
    expiresAt: Date,
    generation: Number,
    rotations: { type: [Date], default: undefined },
    order: Schema.Types.ObjectId,
  },
  { ...OPTIONS, collection: 'trusted_browsers' },
)
  .index({ tenantId: 1 })
  .index({ accountId: 1, createdAt: -1, order: -1 })
  .index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export function createModels(driver: Driver) {
  return {
    accounts: driver.model('Account', account),
    passwordChanges: driver.model('PasswordChange', passwordChange),
    enrolments: driver.model('Enrolment', enrolment),
    claims: driver.model('Claim', claim),
    lockouts: driver.model('Lockout', lockout),
    records: driver.model('SignInRecord', record),
    trustedBrowsers: driver.model('TrustedBrowser', trustedBrowser),
    audit: driver.model('AuditEvent', audit),
    auditSeals: driver.model('AuditSeal', auditSeal),
    auditTallies: driver.model('AuditTally', auditTally),
    provider: driver.model('Provider', provider),
    keys: driver.model('EncryptionKey', key),
    mailOutbox: driver.model('QueuedMail', mailOutbox),
    logoutOutbox: driver.model('QueuedLogout', logoutOutbox),
    resetRequests: driver.model('ResetRequest', resetRequest),
    resetSteps: driver.model('ResetStep', resetStep),
    sessionClients: driver.model('SessionClient', sessionClient),
    tenantSettings: driver.model('TenantSettings', tenantSettings),
    campaigns: driver.model('Campaign', campaign),
    recipients: driver.model('CampaignRecipient', recipient),
  };
}

export type Models = ReturnType<typeof createModels>;
