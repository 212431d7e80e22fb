/** What the policy's tests are made of: situations to be varied, and decisions by short names. */

import { METHOD_NAMES, type MethodName } from '../../../src/domain/methods/method.ts';
import type { Proof } from '../../../src/domain/policy/assurance.ts';
import {
  type Decision,
  type Demand,
  type Factor,
  NO_DEMAND,
  type Situation,
} from '../../../src/domain/policy/policy.ts';

/** Milliseconds since the epoch: when everything is judged. */
export const NOW = 1_750_000_000_000;
export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

/** A kind of factor that a newer release has stored and this one has never heard of. */
export const UNHEARD_OF = 'telex' as MethodName;

export function factor(method: MethodName, changes: Partial<Factor> = {}): Factor {
  return { id: `my-${method}`, method, accepted: true, isDefault: false, ...changes };
}

/** The password, given so many milliseconds ago. */
export function password(age = 0): Proof {
  return { method: 'pwd', enrolmentId: null, at: NOW - age };
}

/** The factor of that name, given so many milliseconds ago. */
export function given(method: MethodName, age = 0): Proof {
  return proofBy(method, `my-${method}`, NOW - age);
}

/** A passkey is one that knew its owner. */
export function proofBy(method: MethodName, enrolmentId: string | null, at: number): Proof {
  const proof = { method, enrolmentId, at };
  return method === 'passkey' ? { ...proof, passkey: { userVerified: true, deviceBound: true } } : proof;
}

export function demanding(changes: Partial<Demand>): Demand {
  return { ...NO_DEMAND, ...changes };
}

type Changes = Partial<Omit<Situation, 'tenant' | 'enforcement'>> & Partial<Situation['tenant']>;

/** A member without a factor who has just given the password, in a tenant that allows all that exists. */
function situation(
  enforcement: Situation['enforcement'],
  {
    methods = ['totp', 'email', 'sms', 'app', 'passkey'],
    graceDays = 0,
    trustedDevices = false,
    ...changes
  }: Changes,
): Situation {
  return {
    enforcement,
    tenant: { methods, graceDays, trustedDevices },
    role: 'member',
    factors: [],
    available: METHOD_NAMES,
    proofs: [password()],
    demand: NO_DEMAND,
    trustedBrowser: false,
    graceStartedAt: null,
    occasion: 'sign-in',
    now: NOW,
    ...changes,
  };
}

export const off = (changes: Changes = {}): Situation => situation('off', { methods: [], ...changes });
export const optional = (changes: Changes = {}): Situation => situation('optional', changes);
export const required = (changes: Changes = {}): Situation => situation('required', changes);

export const SATISFIED: Decision = { kind: 'satisfied', onGrace: false };
export const ON_GRACE: Decision = { kind: 'satisfied', onGrace: true };
export const ON_TRUST: Decision = { kind: 'satisfied', onGrace: false, onTrust: true };
export const PASSWORD: Decision = { kind: 'password' };
export const UNMET: Decision = { kind: 'refuse', reason: 'unmet_authentication_requirements' };
export const UNUSABLE: Decision = { kind: 'refuse', reason: 'no_usable_factor' };

/** By the only method there is, or by one of several that the person chooses among. */
export function prove(...methods: MethodName[]): Decision {
  return { kind: 'prove', methods, preferred: methods.length === 1 ? (methods[0] ?? null) : null };
}

export function proveFirst(preferred: MethodName, ...methods: MethodName[]): Decision {
  return { kind: 'prove', methods, preferred };
}

export function setUp(...methods: MethodName[]): Decision {
  return { kind: 'set-up', methods, laterUntil: null };
}

export function setUpLater(laterUntil: number, ...methods: MethodName[]): Decision {
  return { kind: 'set-up', methods, laterUntil };
}
