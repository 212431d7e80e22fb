/** Inputs of the policy's tests, which a test varies, and short names for decisions. */

import { METHOD_NAMES, type MethodName } from '../../../src/domain/methods/method.ts';
import type { AuthenticationEvent } from '../../../src/domain/policy/assurance.ts';
import {
  type Decision,
  NO_ASSURANCE_REQUESTED,
  type PolicyFactor,
  type PolicyInput,
  type RequestedAssurance,
} from '../../../src/domain/policy/policy.ts';

/** The time of every evaluation, in milliseconds since the epoch. */
export const NOW = 1_750_000_000_000;
export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

/** A kind of factor that a newer release has stored and this one has never heard of. */
export const UNHEARD_OF = 'telex' as MethodName;

export function factor(method: MethodName, changes: Partial<PolicyFactor> = {}): PolicyFactor {
  return { id: `my-${method}`, method, accepted: true, isDefault: false, ...changes };
}

/** The password, given so many milliseconds ago. */
export function password(age = 0): AuthenticationEvent {
  return { method: 'pwd', enrolmentId: null, atMs: NOW - age };
}

/** The factor of that name, given so many milliseconds ago. */
export function given(method: MethodName, age = 0): AuthenticationEvent {
  return proofBy(method, `my-${method}`, NOW - age);
}

/** A passkey is one that knew its owner. */
export function proofBy(method: MethodName, enrolmentId: string | null, atMs: number): AuthenticationEvent {
  const authentication = { method, enrolmentId, atMs };
  return method === 'passkey'
    ? { ...authentication, passkey: { userVerified: true, deviceBound: true } }
    : authentication;
}

export function requesting(changes: Partial<RequestedAssurance>): RequestedAssurance {
  return { ...NO_ASSURANCE_REQUESTED, ...changes };
}

type Changes = Partial<Omit<PolicyInput, 'tenant' | 'enforcement'>> & Partial<PolicyInput['tenant']>;

/** A member without a factor who has just given the password, in a tenant that allows all that exists. */
function policyInput(
  enforcement: PolicyInput['enforcement'],
  {
    methods = ['totp', 'email', 'sms', 'app', 'passkey'],
    graceDays = 0,
    trustedDevices = false,
    passkeySignIn = true,
    ...changes
  }: Changes,
): PolicyInput {
  return {
    enforcement,
    minimum: 'any',
    tenant: { methods, graceDays, trustedDevices, passkeySignIn },
    role: 'member',
    factors: [],
    available: METHOD_NAMES,
    authentications: [password()],
    requested: NO_ASSURANCE_REQUESTED,
    trustedBrowser: false,
    graceStarts: {},
    occasion: 'sign-in',
    now: NOW,
    ...changes,
  };
}

export const off = (changes: Changes = {}): PolicyInput => policyInput('off', { methods: [], ...changes });
export const optional = (changes: Changes = {}): PolicyInput => policyInput('optional', changes);
export const required = (changes: Changes = {}): PolicyInput => policyInput('required', changes);

export const SATISFIED: Decision = { kind: 'satisfied', onGrace: false };
export const onGrace = (graceUntil: number): Decision => ({ kind: 'satisfied', onGrace: true, graceUntil });
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
