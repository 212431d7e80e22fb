/** The interface to the machine: time, random values, encryption and hashing. Use cases receive all of them as parameters. */
import type { AuditEntry } from '../domain/events.ts';
import type { NewPasskey, PasskeyCredential, PasskeySite, UsedPasskey } from '../domain/methods/webauthn.ts';
import type { PasswordFault, PasswordPattern } from '../domain/password/fault.ts';

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface Random {
  /** A new identifier: 128 bits or more, URL-safe. */
  id(): string;
  bytes(count: number): Uint8Array;
}

/** An encrypted value can't be decrypted: its key is missing, or the value was changed. */
export class SecretUnreadable extends Error {
  override name = 'SecretUnreadable';
}

export interface Cipher {
  /** The id of the key that encrypts. */
  readonly keyId: string;
  /** AES-256-GCM under the first key, with a fresh nonce; the key's id travels in the result. */
  encrypt(plain: string, purpose: string): string;
  /** Throws `SecretUnreadable` when the key is unknown, the purpose differs or a byte was changed. */
  decrypt(encrypted: string, purpose: string): string;
  /** The same. Null where `decrypt` throws. */
  tryDecrypt(encrypted: string, purpose: string): string | null;
  /** The id of the key that the value was encrypted under. Null for a value that is not encrypted. */
  keyIdOf(encrypted: string): string | null;
  /** Keyed digest (HMAC-SHA-256, base64url) for look-ups that must not reveal what they look up. */
  digest(value: string, purpose: string): string;
}

/** Too much hashing is asked for at once: shown as 503, never as a decision. */
export class Busy extends Error {
  override name = 'Busy';
}

/** `null` stands for an unknown account: the same work is done, and the answer is false. */
export type VerifyPassword = (hash: string | null, password: string) => Promise<boolean>;

/** Both reject with `Busy` when too many wait already. */
export interface PasswordHasher {
  /** A PHC string with the current parameters. */
  hash(password: string): Promise<string>;
  /** Does the job once there is room for it: a comparison, and what belongs right before it. */
  inTurn<T>(job: (verify: VerifyPassword) => Promise<T>): Promise<T>;
  needsRehash(hash: string): boolean;
}

/** Lists of passwords that nobody may choose. */
export interface PasswordBlockList {
  /** Null for a password in no list. Rejects with `StoreUnavailable` while a list can't be read. */
  find(password: string): Promise<Extract<PasswordFault, { because: 'common' | 'breached' }> | null>;
}

export interface PasswordAdvisor {
  /** The patterns that make the password easy to guess. `about`: words about its owner. */
  patternsIn(password: string, about: readonly string[]): Promise<readonly PasswordPattern[]>;
}

/** The request to an authenticator: the random value, and the site. */
export interface PasskeyAsked extends PasskeySite {
  /** base64url. */
  readonly challenge: string;
}

/** Bytes are base64url. */
export interface PasskeyStatements {
  readonly credentialId: string;
  /** Null from an authenticator that was told which passkey to use. */
  readonly userHandle: string | null;
  readonly challenge: string;
}

/** `unknown`: of none of the credentials; `unproven`: for something else, without anybody present, or not signed. */
export type PasskeyProof =
  | ({ readonly kind: 'proven' } & UsedPasskey)
  | { readonly kind: 'malformed' | 'unknown' | 'unproven' };

/**
 * Compares what a browser sends (JSON of a `PublicKeyCredential`) with what was asked, and tells what it says: whether
 * verification of the person and the counter are good enough is not decided here. Never rejects.
 */
export interface PasskeyVerifier {
  /** The unproven statements of an assertion: its passkey, its account, its challenge. Null: it is none. */
  read(response: string): PasskeyStatements | null;
  /**
   * WebAuthn, 7.1. Null: it is no new passkey of this challenge and site. `isSilent`: the browser was asked to make it by
   * itself, and nobody need have been present.
   */
  registration(
    response: string,
    asked: PasskeyAsked & { readonly isSilent?: boolean },
  ): Promise<NewPasskey | null>;
  /** WebAuthn, 7.2. */
  assertion(
    response: string,
    asked: PasskeyAsked,
    credentials: readonly Pick<PasskeyCredential, 'id' | 'publicKey' | 'userHandle'>[],
  ): Promise<PasskeyProof>;
}

/** Writes one line of the audit trail; it is kept before the answer goes out. */
export type AuditLog = (entry: AuditEntry) => Promise<void>;

/** The clock of a server that keeps a store. */
export interface StoreClock {
  /** The name of its kind, for operators. */
  readonly store: string;
  /** Milliseconds since the epoch. Rejects with `StoreUnavailable` when it can't be read now. */
  now(): Promise<number>;
}
