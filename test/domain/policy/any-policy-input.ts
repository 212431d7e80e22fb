/** Situations at random, the odd ones included: for what must hold of the policy whatever comes. */
import fc from 'fast-check';
import { CONFIGURABLE_METHODS, METHOD_NAMES } from '../../../src/domain/methods/method.ts';
import { ACRS } from '../../../src/domain/policy/acr.ts';
import type { AuthenticationEvent } from '../../../src/domain/policy/assurance.ts';
import type {
  Decision,
  PolicyFactor,
  PolicyInput,
  RequestedAssurance,
} from '../../../src/domain/policy/policy.ts';
import { ENFORCEMENTS, MINIMUMS } from '../../../src/domain/tenant.ts';
import { DAY, MINUTE, NOW, UNHEARD_OF } from './policy-inputs.ts';

const anyFactor: fc.Arbitrary<Omit<PolicyFactor, 'id'>> = fc.record({
  method: fc.constantFrom(...METHOD_NAMES, UNHEARD_OF),
  // Most factors can be used, else hardly a situation is ever satisfied.
  accepted: fc.integer({ min: 0, max: 4 }).map((chance) => chance > 0),
  isDefault: fc.boolean(),
});

const anyFactors: fc.Arbitrary<PolicyFactor[]> = fc
  .array(anyFactor, { maxLength: 4 })
  .map((factors) => factors.map((factor, index) => ({ ...factor, id: `factor-${index}` })));

const anyAge = fc.constantFrom(0, MINUTE, 5 * MINUTE - 1, 5 * MINUTE, 5 * MINUTE + 1, 20 * MINUTE, DAY);

/** By a factor that is set up, by one that is not any more, or the password; in the order in which they were given. */
function anyAuthentications(factors: readonly PolicyFactor[]): fc.Arbitrary<AuthenticationEvent[]> {
  const known = factors.filter(({ method }) => METHOD_NAMES.some((name) => name === method));
  const gone = METHOD_NAMES.map((method) => ({ method, enrolmentId: 'gone' }));
  const what = fc.oneof(
    fc.constant({ method: 'pwd' as const, enrolmentId: null }),
    fc.constantFrom(...known.map(({ id, method }) => ({ method, enrolmentId: id })), ...gone.slice(0, 2)),
  );
  return fc.array(fc.tuple(what, anyAge, fc.boolean()), { maxLength: 5 }).map((authentications) =>
    authentications
      .map(([authentication, age, userVerified]) => ({
        ...authentication,
        atMs: NOW - age,
        ...(authentication.method === 'passkey' && { passkey: { userVerified, deviceBound: true } }),
      }))
      .sort((a, b) => a.atMs - b.atMs),
  );
}

export const anyRequestedAssurance: fc.Arbitrary<RequestedAssurance> = fc.record({
  acrs: fc.option(fc.subarray([...ACRS], { maxLength: 2 }), { freq: 3 }),
  always: fc.boolean(),
  freshMs: fc.option(fc.constantFrom(0, MINUTE, 5 * MINUTE, DAY), { freq: 3 }),
});

const DAYS_AGO = [0, 1, 3, 7, 8];

const anyStart = fc
  .tuple(fc.constantFrom(...DAYS_AGO), fc.constantFrom(-1, 0, 1))
  .map(([days, more]) => NOW - days * DAY + more);

export const anySituation: fc.Arbitrary<PolicyInput> = anyFactors.chain((factors) =>
  fc.record({
    enforcement: fc.constantFrom(...ENFORCEMENTS, 'required'),
    minimum: fc.constantFrom('any', ...MINIMUMS),
    tenant: fc.record({
      methods: fc.subarray([...CONFIGURABLE_METHODS], { minLength: 1 }),
      graceDays: fc.constantFrom(0, 1, 7),
      trustedDevices: fc.boolean(),
      passkeySignIn: fc.boolean(),
    }),
    role: fc.constantFrom('member', 'manager', 'admin'),
    factors: fc.constant(factors),
    available: fc.oneof(
      { arbitrary: fc.constant(METHOD_NAMES), weight: 3 },
      { arbitrary: fc.subarray([...METHOD_NAMES]), weight: 1 },
    ),
    authentications: fc.oneof(
      anyAuthentications(factors),
      anyAuthentications(factors).map((authentications) => [
        { method: 'pwd' as const, enrolmentId: null, atMs: NOW - DAY },
        ...authentications,
      ]),
    ),
    requested: fc.oneof(fc.constant({ acrs: null, always: false, freshMs: null }), anyRequestedAssurance),
    trustedBrowser: fc.boolean(),
    graceStarts: fc.record({ any: anyStart, mfa: anyStart, phr: anyStart }, { requiredKeys: [] }),
    occasion: fc.constantFrom('sign-in', 'later', 'existing-session'),
    now: fc.constant(NOW),
  }),
);

export const RUNS = { numRuns: 2000 };

export function holds(property: (policyInput: PolicyInput) => void): void {
  fc.assert(fc.property(anySituation, property), RUNS);
}

/** How much a decision lets through: 2 all, 1 putting it off, 0 nothing. */
export function openness(decision: Decision): number {
  if (decision.kind === 'satisfied') return 2;
  return decision.kind === 'set-up' && decision.laterUntil !== null ? 1 : 0;
}
