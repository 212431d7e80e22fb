/** Ids made of several parts, and values read without trusting that a release of ours wrote them. */
import type { PasskeyUse, Proof } from '../../domain/assurance.ts';
import { METHOD_NAMES } from '../../domain/method.ts';

/** A method that this release does not know is malformed too: proofs it cannot judge must not count. */
const METHODS: readonly unknown[] = METHOD_NAMES;

/** Different parts give different ids, whatever stands in them. */
export function idOf(...parts: readonly (string | number)[]): string {
  return JSON.stringify(parts);
}

export function readStrings(value: unknown): string[] | null {
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null;
}

function isProof(value: unknown): value is Proof {
  if (typeof value !== 'object' || value === null) return false;
  const { method, enrolmentId, at, passkey }: Partial<Record<string, unknown>> = { ...value };
  const known = method === 'pwd' || METHODS.includes(method);
  const told = passkey === undefined || isPasskeyUse(passkey);
  return known && told && (enrolmentId === null || typeof enrolmentId === 'string') && typeof at === 'number';
}

function isPasskeyUse(value: unknown): value is PasskeyUse {
  if (typeof value !== 'object' || value === null) return false;
  const { userVerified, deviceBound }: Partial<Record<string, unknown>> = { ...value };
  return typeof userVerified === 'boolean' && typeof deviceBound === 'boolean';
}

export function readProofs(value: unknown): Proof[] | null {
  return Array.isArray(value) && value.every(isProof) ? value : null;
}

/** A JSON object; anything else is null. */
export function readObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

export function dateOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}
