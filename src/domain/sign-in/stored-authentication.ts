/** The stored form of authentication events. Its field names are part of the schema and never change. */
import { isObject } from '../json.ts';
import { isMethodName, type MethodName } from '../methods/method.ts';
import type { PasskeyUse } from '../methods/webauthn.ts';
import type { AuthenticationEvent, Kept } from '../policy/assurance.ts';

/** `at` is in milliseconds since the epoch. Fields of a newer release are kept. */
export interface StoredAuthentication extends Omit<AuthenticationEvent, 'atMs'> {
  readonly at: number;
}

export function toStoredAuthentication({ atMs, ...event }: AuthenticationEvent): StoredAuthentication {
  return { ...event, at: atMs };
}

/**
 * Null for a malformed value, and for a method that this release does not know: the policy cannot judge it.
 */
export function fromStoredAuthentication(value: unknown): AuthenticationEvent | null {
  if (!isObject(value)) return null;
  const { method, enrolmentId, at, passkey, kept, ...more } = value;
  if (!isMethod(method) || !isTextOrNull(enrolmentId) || typeof at !== 'number') return null;
  if (passkey !== undefined && !isPasskeyUse(passkey)) return null;
  if (kept !== undefined && !isKept(kept)) return null;
  return { ...more, method, enrolmentId, atMs: at, ...(passkey && { passkey }), ...(kept && { kept }) };
}

/** Null when one of the events cannot be read. */
export function fromStoredAuthentications(values: unknown): AuthenticationEvent[] | null {
  if (!Array.isArray(values)) return null;
  const events = values.map(fromStoredAuthentication);
  return events.every((event) => event !== null) ? events : null;
}

function isMethod(value: unknown): value is 'pwd' | MethodName {
  return value === 'pwd' || isMethodName(value);
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

function isKept(value: unknown): value is Kept {
  return isObject(value) && typeof value.from === 'number' && typeof value.at === 'number';
}

export function isPasskeyUse(value: unknown): value is PasskeyUse {
  return isObject(value) && typeof value.userVerified === 'boolean' && typeof value.deviceBound === 'boolean';
}
