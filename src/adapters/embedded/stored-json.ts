/** Reads JSON out of a column without trusting it: what is malformed is null, never an exception. */
import type { Proof } from '../../domain/assurance.ts';
import { METHOD_NAMES } from '../../domain/method.ts';
import type { PendingSetUp } from '../../domain/progress.ts';

/** A method that this release does not know is malformed too: proofs it cannot judge must not count. */
const METHODS: readonly unknown[] = METHOD_NAMES;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isProof(value: unknown): value is Proof {
  if (!isObject(value)) return false;
  const { method, enrolmentId, at } = value;
  const known = method === 'pwd' || METHODS.includes(method);
  return known && (enrolmentId === null || typeof enrolmentId === 'string') && typeof at === 'number';
}

function isPendingSetUp(value: unknown): value is PendingSetUp {
  if (!isObject(value)) return false;
  const { enrolmentId, method, secret } = value;
  return typeof enrolmentId === 'string' && METHODS.includes(method) && typeof secret === 'string';
}

export function readObject(text: string): Record<string, unknown> | null {
  const value = parse(text);
  return isObject(value) ? value : null;
}

export function readStrings(text: string): string[] | null {
  const value = parse(text);
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null;
}

export function readProofs(text: string): Proof[] | null {
  const value = parse(text);
  return Array.isArray(value) && value.every(isProof) ? value : null;
}

export function readPendingSetUp(text: string): PendingSetUp | null {
  const value = parse(text);
  return isPendingSetUp(value) ? value : null;
}
