/** The assurance that a client or a page requests beyond the tenant's policy, rule by rule. */
import { expect } from 'chai';
import { ACRS, type Acr } from '../../../src/domain/policy/acr.ts';
import { type Decision, decide, type PolicyInput } from '../../../src/domain/policy/policy.ts';
import {
  DAY,
  factor,
  given,
  MINUTE,
  NOW,
  off,
  onGrace,
  optional,
  password,
  prove,
  requesting,
  required,
  SATISFIED,
  setUp,
  UNHEARD_OF,
  UNMET,
  UNUSABLE,
} from './policy-inputs.ts';

const [SFA, TWO_STEP, MFA, PHR] = ACRS;
const ALL = ['passkey', 'app', 'totp', 'sms', 'email'] as const;
const totp = factor('totp');
const email = factor('email');
const passkey = factor('passkey');
const refusedTotp = factor('totp', { accepted: false });

const always = requesting({ always: true });
const _fresh = requesting({ freshMs: 5 * MINUTE });
const level = (...acrs: Acr[]) => requesting({ acrs });
const trusted = { trustedBrowser: true, trustedDevices: true };

const RULES: Readonly<Record<string, readonly (readonly [string, PolicyInput, Decision])[]>> = {
  'by a client that requires a second factor': [
    [
      'asks for the enrolled factor where the tenant requires none',
      off({ requested: always, factors: [totp] }),
      prove('totp'),
    ],
    [
      'is satisfied by it',
      off({ requested: always, factors: [totp], authentications: [password(), given('totp')] }),
      SATISFIED,
    ],
    [
      'is satisfied by a mailed code',
      off({ requested: always, factors: [email], authentications: [password(), given('email')] }),
      SATISFIED,
    ],
    ['refuses a member whose tenant is off', off({ requested: always }), UNMET],
    [
      'lets an administrator enrol one even there',
      off({ requested: always, role: 'admin' }),
      setUp('passkey', 'totp'),
    ],
    ['leads to the enrolment where a factor is optional', optional({ requested: always }), setUp(...ALL)],
    ['allows no "later" in the grace period', required({ requested: always, graceDays: 7 }), setUp(...ALL)],
    [
      'is not satisfied by the grace period',
      required({ requested: always, graceDays: 7, occasion: 'later' }),
      setUp(...ALL),
    ],
    [
      'is not satisfied by a trusted browser',
      required({ requested: always, factors: [totp], ...trusted }),
      prove('totp'),
    ],
    [
      'refuses a person whose factor is refused',
      off({ requested: always, factors: [refusedTotp] }),
      UNUSABLE,
    ],
    [
      'refuses a person whose factor is not built',
      off({ requested: always, factors: [email], available: ['totp'] }),
      UNUSABLE,
    ],
  ],

  'of a level (A77, A78)': [
    ['is satisfied by the password for one factor', optional({ requested: level(SFA) }), SATISFIED],
    [
      'asks for an enrolment where one is possible [A77]',
      optional({ requested: level(MFA) }),
      setUp('passkey', 'app', 'totp', 'sms'),
    ],
    [
      'refuses a level that a member of an off tenant cannot reach [A77]',
      off({ requested: level(MFA) }),
      UNMET,
    ],
    [
      'asks for an enrolled factor even there',
      off({ requested: level(MFA), factors: [totp] }),
      prove('totp'),
    ],
    [
      'lets an administrator enrol one even there',
      off({ requested: level(PHR), role: 'admin' }),
      setUp('passkey'),
    ],
    [
      'is satisfied by a higher one',
      optional({ requested: level(TWO_STEP), factors: [totp], authentications: [password(), given('totp')] }),
      SATISFIED,
    ],
    [
      'is satisfied by any requested one',
      optional({ requested: level(PHR, MFA), factors: [totp], authentications: [password(), given('totp')] }),
      SATISFIED,
    ],
    [
      'is not satisfied by a lower one',
      optional({
        requested: level(PHR),
        factors: [totp, passkey],
        authentications: [password(), given('totp')],
      }),
      prove('passkey'),
    ],
    [
      'asks only for methods that reach it',
      optional({ requested: level(MFA), factors: [totp, email] }),
      prove('totp'),
    ],
    [
      'refuses unknown levels [A78]',
      optional({ requested: level(), factors: [totp], authentications: [password(), given('totp')] }),
      UNMET,
    ],
    [
      'refuses them before it asks for anything [A78]',
      optional({
        requested: requesting({ acrs: [], freshMs: 5 * MINUTE }),
        authentications: [password(DAY)],
      }),
      UNMET,
    ],
    [
      'is out of reach of methods that are not built',
      optional({ requested: level(PHR), available: ['totp'] }),
      UNMET,
    ],
    [
      'is out of reach of forbidden methods',
      required({ requested: level(PHR), methods: ['totp'], factors: [totp] }),
      UNMET,
    ],
    [
      'is out of reach with other unusable factors',
      off({ requested: level(PHR), factors: [email], available: ['totp'] }),
      UNMET,
    ],
    [
      'is out of reach of an unknown kind',
      off({ requested: level(MFA), factors: [factor(UNHEARD_OF)] }),
      UNMET,
    ],
    [
      'refuses a person whose only sufficient factor is refused',
      off({ requested: level(MFA), factors: [refusedTotp] }),
      UNUSABLE,
    ],
    [
      'is out of reach where only a lower one is usable',
      required({ requested: level(MFA), methods: ['email'], factors: [refusedTotp, email] }),
      UNMET,
    ],
    [
      'is not satisfied by a trusted browser',
      required({ requested: level(MFA), factors: [totp], ...trusted }),
      prove('totp'),
    ],
    [
      'allows no "later" in the grace period',
      required({ requested: level(MFA), graceDays: 7, methods: ['totp'] }),
      setUp('totp'),
    ],
    [
      'is not satisfied by the grace period',
      required({ requested: level(MFA), graceDays: 7, methods: ['totp'], occasion: 'existing-session' }),
      setUp('totp'),
    ],
    [
      'does not change the grace period where the password satisfies it',
      required({ requested: level(SFA), graceDays: 7, occasion: 'later' }),
      onGrace(NOW + 7 * DAY),
    ],
  ],

  'for a new factor beside an enrolled one': [
    [
      'asks for the existing factor first [A47]',
      optional({ requested: level(PHR), factors: [totp] }),
      prove('totp'),
    ],
    [
      'asks for any enrolled method [A47]',
      optional({ requested: level(PHR), factors: [totp, email] }),
      prove('totp', 'email'),
    ],
    [
      'enrols the new one afterwards [A47]',
      optional({ requested: level(PHR), factors: [totp], authentications: [password(), given('totp')] }),
      setUp('passkey'),
    ],
    [
      'enrols nothing beside an unusable factor [A47]',
      optional({ requested: level(PHR), factors: [refusedTotp] }),
      UNUSABLE,
    ],
    [
      'enrols nothing for a trusted browser only [A47]',
      optional({ requested: level(PHR), factors: [totp], ...trusted }),
      prove('totp'),
    ],
    [
      'accepts no old authentication where a fresh one is requested [A51]',
      optional({
        requested: requesting({ acrs: [PHR], freshMs: 5 * MINUTE }),
        factors: [totp],
        authentications: [password(DAY), given('totp', DAY)],
      }),
      prove('totp'),
    ],
    [
      'replaces a refused factor after another was given',
      required({
        requested: level(MFA),
        methods: ['totp', 'email'],
        factors: [refusedTotp, email],
        authentications: [password(), given('email')],
      }),
      setUp('totp'),
    ],
    [
      'asks for nothing more after the new one',
      optional({
        requested: level(PHR),
        factors: [totp, passkey],
        authentications: [password(), given('totp'), given('passkey')],
      }),
      SATISFIED,
    ],
  ],
};

describe('evaluatePolicy for the requested assurance', () => {
  for (const [rule, cases] of Object.entries(RULES)) {
    describe(rule, () => {
      for (const [title, policyInput, decision] of cases) {
        it(title, () => expect(decide(policyInput)).to.deep.equal(decision));
      }
    });
  }
});
