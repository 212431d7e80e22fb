/**
 * Reads JSON from a column without trusting it. A malformed value gives null, never an exception. A method that this
 * release does not know is malformed too.
 */

import { isObject, readJson, readObject } from '../../../domain/json.ts';
import { isMethodName } from '../../../domain/methods/method.ts';
import type { AuthenticationEvent } from '../../../domain/policy/assurance.ts';
import { type Challenge, PURPOSES } from '../../../domain/sign-in/challenge.ts';
import {
  fromStoredAuthentications,
  toStoredAuthentication,
} from '../../../domain/sign-in/stored-authentication.ts';
import {
  EMPTY_TRANSACTION,
  type PendingEnrolment,
  type ReplacedFactor,
  type SignInTransaction,
} from '../../../domain/sign-in/transaction.ts';
import { readUndo } from '../../../domain/sign-in/undo.ts';

const KNOWN_PURPOSES: readonly unknown[] = PURPOSES;

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

function isChallenge(value: unknown): value is Challenge {
  if (!isObject(value)) return false;
  const { id, method, purpose, digest, sentAt, expiresAt } = value;
  const known = isMethodName(method) && KNOWN_PURPOSES.includes(purpose);
  const texts = typeof id === 'string' && typeof digest === 'string';
  return known && texts && typeof sentAt === 'number' && typeof expiresAt === 'number';
}

function isPendingEnrolment(value: unknown): value is PendingEnrolment {
  if (!isObject(value)) return false;
  const { enrolmentId, method, secret, replaces } = value;
  const isNew = typeof enrolmentId === 'string' && isMethodName(method) && isTextOrNull(secret);
  return isNew && (replaces === undefined || isReplacedFactor(replaces));
}

function isReplacedFactor(value: unknown): value is ReplacedFactor {
  return isObject(value) && typeof value.enrolmentId === 'string' && isMethodName(value.method);
}

export function readStrings(text: string): string[] | null {
  const value = readJson(text);
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null;
}

/** Milliseconds since the epoch. */
export function readTimes(text: string): number[] | null {
  const value = readJson(text);
  return Array.isArray(value) && value.every((item) => typeof item === 'number') ? value : null;
}

export function readAuthentications(text: string): AuthenticationEvent[] | null {
  return fromStoredAuthentications(readJson(text));
}

export function writeAuthentications(events: readonly AuthenticationEvent[]): string {
  return JSON.stringify(events.map(toStoredAuthentication));
}

export function readPendingEnrolment(text: string): PendingEnrolment | null {
  const value = readJson(text);
  return isPendingEnrolment(value) ? value : null;
}

type More = Pick<
  SignInTransaction,
  'challenges' | 'isSetUpProven' | 'newCodes' | 'trustBrowser' | 'canUsePasskeys' | 'undo'
>;

/** A missing value is that of a sign-in in which nothing was done yet. */
export function readMore(text: string): More | null {
  const read = readObject(text);
  if (!read) return null;
  const { challenges, isSetUpProven, newCodes, trustBrowser, canUsePasskeys, undo } = {
    ...EMPTY_TRANSACTION,
    ...read,
  };
  if (!Array.isArray(challenges) || !challenges.every(isChallenge) || !isTextOrNull(newCodes)) return null;
  if (typeof isSetUpProven !== 'boolean' || typeof trustBrowser !== 'boolean') return null;
  if (typeof canUsePasskeys !== 'boolean') return null;
  return { challenges, isSetUpProven, newCodes, trustBrowser, canUsePasskeys, undo: readUndo(undo) };
}
