/**
 * What the collections hold. Fields that this release does not know are left alone: nothing is ever replaced whole, so
 * that an older and a newer release can share them. Times are dates; what expires is swept, and checked when read.
 * `order` tells which of two came first when their times are equal.
 */
import { type Connection as Driver, Schema, type Types } from 'mongoose';
import type { Proof } from '../../domain/assurance.ts';

const OPTIONS = { strict: 'throw', strictQuery: 'throw', versionKey: false, id: false } as const;

export interface AccountDocument {
  _id: string;
  tenantId: string;
  email: string;
  emailConfirmed: boolean;
  name: string;
  phone: string | null;
  role: string;
  groups: string[];
  manages: string[];
  locale: string | null;
  passwordHash: string | null;
  /** Absent from what an older release has written. */
  frozenAt?: Date | null;
  createdAt: Date;
}

const account = new Schema<AccountDocument>(
  {
    _id: String,
    tenantId: String,
    email: String,
    emailConfirmed: Boolean,
    name: String,
    phone: String,
    role: String,
    groups: [String],
    manages: [String],
    locale: String,
    passwordHash: String,
    frozenAt: Date,
    createdAt: Date,
  },
  { ...OPTIONS, collection: 'accounts' },
)
  .index({ email: 1 }, { unique: true })
  .index({ tenantId: 1, email: 1 });

/** That a password hash is being replaced; gone again when it was. */
export interface PasswordChangeDocument {
  _id: string;
  accountId: string;
  previous: string;
  next: string;
}

const passwordChange = new Schema<PasswordChangeDocument>(
  { _id: String, accountId: String, previous: String, next: String },
  { ...OPTIONS, collection: 'password_changes' },
);

export interface EnrolmentDocument {
  _id: string;
  kind: 'enrolment';
  accountId: string;
  /** Its own id, which its steps have too. */
  enrolmentId: string;
  tenantId: string;
  method: string;
  label: string;
  app: string | null;
  secret: string | null;
  lastStep: number | null;
  isDefault: boolean;
  createdAt: Date;
  order: Types.ObjectId;
}

/** A time step accepted later than the set-up's; the highest of an enrolment counts. */
export interface StepDocument {
  _id: string;
  kind: 'step';
  accountId: string;
  enrolmentId: string;
  lastStep: number;
}

/** Which enrolment of an account is the default, once somebody has chosen: what those say of it counts no more. */
export interface ChoiceDocument {
  _id: string;
  kind: 'choice';
  accountId: string;
  enrolmentId: string | null;
  lastStep?: undefined;
}

// In one collection, so that one look finds all of them.
const enrolment = new Schema<EnrolmentDocument | StepDocument | ChoiceDocument>(
  {
    _id: String,
    kind: String,
    accountId: String,
    enrolmentId: String,
    tenantId: String,
    method: String,
    label: String,
    app: String,
    secret: String,
    lastStep: Number,
    isDefault: Boolean,
    createdAt: Date,
    order: Schema.Types.ObjectId,
  },
  { ...OPTIONS, collection: 'enrolments' },
)
  .index({ accountId: 1 })
  .index({ enrolmentId: 1 });

export interface ClaimDocument {
  _id: string;
  value: string;
  expiresAt: Date | null;
}

// No TTL index: a server whose clock is ahead would forget a claim that still guards something.
const claim = new Schema<ClaimDocument>(
  { _id: String, value: String, expiresAt: Date },
  { ...OPTIONS, collection: 'claims' },
).index({ expiresAt: 1 });

/**
 * One fact about a subject. `failure`: number `value` of its bucket; `lock`: until `at`; `level`: reached `value` by a
 * lock until `at`. Of each kind the highest counts.
 */
export interface LockoutDocument {
  _id: string;
  subject: string;
  kind: 'failure' | 'lock' | 'level';
  bucket: string | null;
  value: number;
  at: Date;
}

const lockout = new Schema<LockoutDocument>(
  { _id: String, subject: String, kind: String, bucket: String, value: Number, at: Date },
  { ...OPTIONS, collection: 'lockouts' },
)
  .index({ subject: 1, kind: 1, bucket: 1, value: -1 })
  .index({ kind: 1, bucket: 1, at: 1 });

export interface SignInRecordDocument {
  _id: string;
  accountId: string;
  proofs: Proof[];
  /** Absent from what an older release has written. */
  trustedBrowserId?: string | null;
  at: Date;
  address: string;
  browser: string;
  expiresAt: Date;
  order: Types.ObjectId;
}

// What a newer release adds to a proof comes back with the record, and is stored again with it.
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
  browser: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  lastUsedFor: string | null;
  expiresAt: Date;
  order: Types.ObjectId;
}

const trustedBrowser = new Schema<TrustedBrowserDocument>(
  {
    _id: String,
    accountId: String,
    browser: String,
    createdAt: Date,
    lastUsedAt: Date,
    lastUsedFor: String,
    expiresAt: Date,
    order: Schema.Types.ObjectId,
  },
  { ...OPTIONS, collection: 'trusted_browsers' },
)
  .index({ accountId: 1, createdAt: -1, order: -1 })
  .index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export interface AuditDocument {
  _id: string;
  at: Date;
  event: string;
  accountId: string | null;
  tenantId: string | null;
  clientId: string | null;
  method: string | null;
  reason: string | null;
  address: string | null;
  order: Types.ObjectId;
}

const audit = new Schema<AuditDocument>(
  {
    _id: String,
    at: Date,
    event: String,
    accountId: String,
    tenantId: String,
    clientId: String,
    method: String,
    reason: String,
    address: String,
    order: Schema.Types.ObjectId,
  },
  { ...OPTIONS, collection: 'audit' },
)
  .index({ at: -1, order: -1 })
  .index({ tenantId: 1, at: -1, order: -1 })
  .index({ accountId: 1, at: -1, order: -1 });

/** `payload` is JSON: the library's own keys are none of the server's business, and some it would refuse. */
export interface PayloadDocument {
  _id: string;
  kind: string;
  payload: string;
  grantId: string | null;
  uid: string | null;
  expiresAt: Date | null;
  order: Types.ObjectId;
}

/** That the payload named was consumed, and when, in seconds. */
export interface ConsumptionDocument {
  _id: string;
  payloadId: string;
  consumed: number;
  /** Not `expiresAt`, which a server may act upon by a clock of its own. */
  forgetAt: Date | null;
}

// In one collection, so that one look finds both.
const provider = new Schema<PayloadDocument | ConsumptionDocument>(
  {
    _id: String,
    kind: String,
    payload: String,
    grantId: String,
    uid: String,
    expiresAt: Date,
    order: Schema.Types.ObjectId,
    payloadId: String,
    consumed: Number,
    forgetAt: Date,
  },
  { ...OPTIONS, collection: 'provider' },
)
  .index({ grantId: 1 })
  .index({ uid: 1, order: -1 })
  .index({ forgetAt: 1 })
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
    provider: driver.model('Provider', provider),
  };
}

export type Models = ReturnType<typeof createModels>;
