/**
 * The storage interface of use cases. Each act is atomic in the store. A once-only act is an insert under a unique id:
 * that holds without transactions on SQLite, on MongoDB and on servers that speak its protocol.
 * Expiry is checked by the store against the `now` it is given; sweeping is only tidying.
 * A store that is away, locked or full rejects with `StoreUnavailable`.
 */
import type { Account, AccountChanges, Locale, Role } from '../domain/account.ts';
import type { AuditConditions, AuditPlace } from '../domain/audit/search.ts';
import type { Enrolment } from '../domain/enrolment/enrolment.ts';
import type { AuditEvent } from '../domain/events.ts';
import type { AuthenticationEvent } from '../domain/policy/assurance.ts';
import type { FormerEmail } from '../domain/self-service/email-change.ts';
import type { Lockout } from '../domain/sign-in/attempts.ts';
import type { SessionClient, SignInRecord } from '../domain/sign-in/sign-in-record.ts';
import type { SignInTransaction } from '../domain/sign-in/transaction.ts';
import type { TrustedBrowser } from '../domain/sign-in/trusted-browser.ts';
import type { OutboxMessage } from './senders.ts';

export type { Lockout };

// ---- accounts store: what must survive

export interface AccountStore {
  /** False when the id or the e-mail address is taken; nothing is overwritten. */
  insert(account: Account): Promise<boolean>;
  findById(id: string): Promise<Account | null>;
  /** `email` as `normaliseEmail` spells it. */
  findByEmail(email: string): Promise<Account | null>;
  /** In the order of their e-mail addresses, from the one after `after` (null: from the first), at most `limit`. */
  pageByTenant(tenantId: string, after: string | null, limit: number): Promise<Account[]>;
  /** In the order of their e-mail addresses. */
  listByRole(tenantId: string, role: Role): Promise<Account[]>;
  /** Replaces the hash only while it still is `previous` (null: none yet). */
  replacePasswordHash(id: string, previous: string | null, next: string): Promise<boolean>;
  /** False when there is no such account. */
  update(id: string, changes: AccountChanges, now: number): Promise<boolean>;
  /**
   * Replaces the e-mail address by a confirmed one, only while it still is `previous`. False when it is not, and when
   * another account has the new one. Forgets the pending one. `former`: the addresses that can be restored then; absent:
   * those of before.
   */
  replaceEmail(
    id: string,
    previous: string,
    next: string,
    now: number,
    former?: readonly FormerEmail[],
  ): Promise<boolean>;
  setLocale(id: string, locale: Locale | null, now: number): Promise<void>;
  /** Marks the address as confirmed only while it still is this one; false when it is not. */
  confirmEmail(id: string, email: string, now: number): Promise<boolean>;
  /** E.164, or null. */
  setPhone(id: string, phone: string | null, now: number): Promise<void>;
  /** Milliseconds since the epoch; null lifts it. An account that is frozen stays so since when it was. */
  setFrozen(id: string, atMs: number | null): Promise<void>;
  /** As `setFrozen`, for `heldAt`. */
  setHeld(id: string, atMs: number | null): Promise<void>;
  /** Never lowers it. Gives the time from before: null when there was none, or no such account. */
  raiseEndsBefore(id: string, atMs: number): Promise<number | null>;
  /** The same for every account. Loads none of them. A repeated call completes what a failure interrupted. */
  raiseAllEndsBefore(atMs: number): Promise<void>;
}

export interface EnrolmentStore {
  /** False when an enrolment with this id exists. */
  insert(enrolment: Enrolment): Promise<boolean>;
  /** Oldest first. */
  listByAccount(accountId: string): Promise<Enrolment[]>;
  /** False when there was none. */
  remove(accountId: string, id: string): Promise<boolean>;
  /** Never lowers it. `accountId` is the owner's, which every caller has read with the enrolment. */
  raiseLastStep(id: string, step: number, accountId: string, now: number): Promise<void>;
  /** Makes this one the default and no other; null: none is. */
  setDefault(accountId: string, id: string | null): Promise<void>;
  /** False when the account has no such enrolment. */
  setLabel(accountId: string, id: string, label: string): Promise<boolean>;
  /** Milliseconds since the epoch; null ends it. False when the account has no such enrolment. */
  setSuspended(accountId: string, id: string, atMs: number | null): Promise<boolean>;
  /** Makes this one the last used and no other. */
  setLastUsed(accountId: string, id: string): Promise<void>;
}

export interface OnceStore {
  /** True for exactly one caller per key, ever (until `expiresAt`, when it may be forgotten). */
  claim(key: string, expiresAt: number): Promise<boolean>;
  /** Stores the value for the first caller; everybody gets the value of the first. `expiresAt` null: kept. */
  first(key: string, value: string, expiresAt: number | null): Promise<string>;
  peek(key: string): Promise<string | null>;
  /** Those of the keys that are claimed, in one look. */
  held(keys: readonly string[]): Promise<ReadonlySet<string>>;
}

export interface LockoutStore {
  /** Zeroes when nothing is recorded. */
  read(subject: string): Promise<Lockout>;
  /** Counts one more failure in a row and gives the new number. */
  addFailure(subject: string, bucket: string, now: number): Promise<number>;
  /**
   * Raises `lockedUntil` and `level` to these, never lowers them. `accountId`: the account that waits, for lists of people.
   * Null when there is none.
   */
  lock(subject: string, lockedUntil: number, level: number, accountId: string | null): Promise<void>;
  /** A success: zeroes the bucket; when no bucket has failures left, the level too. */
  clear(subject: string, bucket: string): Promise<void>;
  /** Forgets the subject altogether. */
  reset(subject: string): Promise<void>;
}

export interface SignInRecordStore {
  /**
   * Written whole but for `offlineClients`; the newest wins. For the end of a sign-in alone, which makes the record where
   * there is none.
   */
  save(record: SignInRecord): Promise<void>;
  /** Does nothing where there is no record: a session that has ended meanwhile stays ended. */
  replaceAuthentications(sessionUid: string, authentications: readonly AuthenticationEvent[]): Promise<void>;
  /** Raises the time of the last use. Does nothing where there is no record. */
  noteUse(sessionUid: string, atMs: number): Promise<void>;
  /** Adds an application whose tokens outlive the session. Does nothing where there is no record. */
  noteOffline(sessionUid: string, clientId: string): Promise<void>;
  find(sessionUid: string, now: number): Promise<SignInRecord | null>;
  /** Newest first. */
  listByAccount(accountId: string, now: number): Promise<SignInRecord[]>;
  remove(sessionUid: string): Promise<void>;
}

/** The applications of each session, kept as long as its sign-in record. */
export interface SessionClientStore {
  /** The first entry of a session, client and `sid` stays. It lives as long as the last one would. */
  insert(client: SessionClient): Promise<void>;
  listBySession(sessionUid: string, now: number): Promise<SessionClient[]>;
  listByAccount(accountId: string, now: number): Promise<SessionClient[]>;
  /** By the id of the notice. */
  remove(noticeId: string): Promise<void>;
}

export interface TrustedBrowserStore {
  insert(browser: TrustedBrowser): Promise<void>;
  find(id: string, now: number): Promise<TrustedBrowser | null>;
  /** Newest first. */
  listByAccount(accountId: string, now: number): Promise<TrustedBrowser[]>;
  /**
   * Stores it in the place of the one with its id and account, when that is of an earlier generation. Gives what is stored
   * then. Null when there is none: nothing is inserted.
   */
  rotate(browser: TrustedBrowser): Promise<TrustedBrowser | null>;
  /** False when there was none. */
  remove(accountId: string, id: string): Promise<boolean>;
  /** Gives how many there were. */
  removeAll(accountId: string): Promise<number>;
  /** The same of all accounts of a tenant, at most `limit` of them: fewer than that were the last. */
  removeTenant(tenantId: string, limit: number): Promise<number>;
}

/** Lines for which every condition holds, at most `limit` of them. */
export interface AuditFilter extends AuditConditions {
  readonly tenantId?: string | undefined;
  /** The line after which the list begins. Absent or null: it begins with the newest line. */
  readonly after?: AuditPlace | null | undefined;
  readonly limit: number;
}

export interface AuditReader {
  /** Newest first. */
  list(filter: AuditFilter): Promise<AuditEvent[]>;
}

export interface AuditStore extends AuditReader {
  /** False: a line with this id is stored already, and stays as it is. */
  append(event: AuditEvent): Promise<boolean>;
  /** Appends all of them in one act, in this order. For each: false where a line with its id was stored already. */
  appendAll(events: readonly AuditEvent[]): Promise<readonly boolean[]>;
}

// ---- short-lived store: what may be lost at the price of signing in again

export interface TransactionStore {
  find(uid: string, now: number): Promise<SignInTransaction | null>;
  /**
   * Stores it when the stored version is `transaction.version` (0: none stored), raising the version by one, and gives it
   * as it is stored. Null when somebody else was first: read again.
   */
  save(transaction: SignInTransaction): Promise<SignInTransaction | null>;
  remove(uid: string): Promise<void>;
}

export interface AttemptLimit {
  readonly counter: string;
  readonly limit: number;
  readonly windowMs: number;
}

export interface CountedAttempt {
  /** One atomic act touches one owner: an account, an address, a browser. */
  readonly owner: string;
  /** The same id again is the same attempt: a repeated call counts once. */
  readonly id: string;
  /** A later success forgets all attempts of a bucket: a method, or the attempt's own id. */
  readonly bucket: string;
  readonly atMs: number;
  readonly limits: readonly AttemptLimit[];
}

export type AttemptVerdict =
  | {
      readonly ok: true /** By counter: how many are left in its window. */;
      readonly left: Readonly<Record<string, number>>;
    }
  | {
      readonly ok: false;
      readonly counter: string /** When the oldest counted attempt leaves the window. */;
      readonly retryAt: number;
    };

export interface AttemptStore {
  /** Counts the attempt in every counter, or in none when one of them is full. */
  take(attempt: CountedAttempt): Promise<AttemptVerdict>;
  /** The names of those counters that would refuse an attempt of the owner at `atMs`. Counts nothing. */
  full(owner: string, limits: readonly AttemptLimit[], atMs: number): Promise<ReadonlySet<string>>;
  /** Forgets what the bucket counted. */
  forget(owner: string, counters: readonly string[], bucket: string): Promise<void>;
}

export interface RateLimit {
  readonly limit: number;
  readonly windowMs: number;
}

/** `retryAt`: when the window ends, in milliseconds since the epoch. */
export type RateVerdict = { readonly ok: true } | { readonly ok: false; readonly retryAt: number };

/** Counts requests in windows of a fixed length. An owner has one counter, however many requests it counts. */
export interface RateStore {
  /**
   * Counts one request, or refuses it when the window of the owner is full. The first request opens the window. A call
   * that is sent again after a lost answer may count twice, which only makes a limit of load stricter by one.
   */
  take(owner: string, limit: RateLimit, atMs: number): Promise<RateVerdict>;
}

export interface OutboxStore {
  /** `onceId`: a message that is appended again within a day is not stored again. Null: it is a message of its own. */
  append(message: OutboxMessage, atMs: number, onceId?: string | null): Promise<void>;
  /** Newest first. */
  list(limit: number): Promise<(OutboxMessage & { readonly sentAt: number })[]>;
}

/** One model's part of an oidc-provider adapter. Payloads are JSON objects of the library's own. */
export interface ProviderStore {
  upsert(
    model: string,
    id: string,
    payload: Readonly<Record<string, unknown>>,
    expiresAt: number | null,
  ): Promise<void>;
  find(model: string, id: string, now: number): Promise<Record<string, unknown> | null>;
  findByUid(model: string, uid: string, now: number): Promise<Record<string, unknown> | null>;
  /** True for exactly one caller: marks the payload `consumed` (seconds since the epoch). */
  consume(model: string, id: string, now: number): Promise<boolean>;
  /** False when there was nothing to destroy: of two callers one sees true. */
  destroy(model: string, id: string): Promise<boolean>;
  revokeByGrantId(model: string, grantId: string): Promise<void>;
}

/** The durable store tells the first payload under an id from a later one. */
export interface DurableProviderStore extends ProviderStore {
  /** Stores a payload under a new id. False when the id is taken; nothing is overwritten. */
  insert(
    model: string,
    id: string,
    payload: Readonly<Record<string, unknown>>,
    expiresAt: number | null,
  ): Promise<boolean>;
  /** Stores a payload in the place of the one with this id. False when there is none; what was destroyed stays so. */
  update(
    model: string,
    id: string,
    payload: Readonly<Record<string, unknown>>,
    expiresAt: number | null,
  ): Promise<boolean>;
}

/** A model of the provider's, and the id that it is stored under. */
export interface ProviderRow {
  readonly id: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** The short-lived store has one more act, since several requests change a session at the same time. */
export interface ShortLivedProviderStore extends ProviderStore {
  /**
   * Puts `next` where `previous` is, and under its own id, only while that is stored as it was found. False when it was
   * changed, moved or destroyed since. Uid and grant stay what they are; no payload is ever stored a second time.
   */
  replace(model: string, previous: ProviderRow, next: ProviderRow, expiresAt: number): Promise<boolean>;
}
