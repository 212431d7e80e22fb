/** A requested fresh factor: the greatest age of an authentication, rule by rule. */
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
  PASSWORD,
  password,
  prove,
  requesting,
  required,
  SATISFIED,
  setUpLater,
  UNUSABLE,
} from './policy-inputs.ts';

const [_SFA, _TWO_STEP, _MFA, _PHR] = ACRS;
const ALL = ['passkey', 'app', 'totp', 'sms', 'email'] as const;
const totp = factor('totp');
const email = factor('email');
const _passkey = factor('passkey');
const refusedTotp = factor('totp', { accepted: false });

const _always = requesting({ always: true });
const fresh = requesting({ freshMs: 5 * MINUTE });
const _level = (...acrs: Acr[]) => requesting({ acrs });
const trusted = { trustedBrowser: true, trustedDevices: true };

const CASES: readonly (readonly [string, PolicyInput, Decision])[] = [
  [
    'is asked for again',
    required({ requested: fresh, factors: [totp], authentications: [password(DAY), given('totp', DAY)] }),
    prove('totp'),
  ],
  [
    'is fresh until the last millisecond',
    required({
      requested: fresh,
      factors: [totp],
      authentications: [password(DAY), given('totp', 5 * MINUTE)],
    }),
    SATISFIED,
  ],
  [
    'is stale after it',
    required({
      requested: fresh,
      factors: [totp],
      authentications: [password(DAY), given('totp', 5 * MINUTE + 1)],
    }),
    prove('totp'),
  ],
  [
    'does not ask for the password again',
    optional({ requested: fresh, factors: [totp], authentications: [password(DAY), given('totp')] }),
    SATISFIED,
  ],
  [
    'may be any enrolled one',
    required({
      requested: fresh,
      factors: [totp, email],
      authentications: [password(DAY), given('totp', DAY), given('email')],
    }),
    SATISFIED,
  ],
  ['is required where the tenant requires none', off({ requested: fresh, factors: [totp] }), prove('totp')],
  [
    'is not replaced by a trusted browser',
    required({ requested: fresh, factors: [totp], ...trusted }),
    prove('totp'),
  ],
  [
    'is the password where no factor is enrolled',
    optional({ requested: fresh, authentications: [password(5 * MINUTE)] }),
    SATISFIED,
  ],
  [
    'is the password again where no factor is enrolled [A51]',
    optional({ requested: fresh, authentications: [password(5 * MINUTE + 1)] }),
    PASSWORD,
  ],
  [
    'is the password again before an enrolment [A51]',
    required({ requested: fresh, authentications: [password(DAY)] }),
    PASSWORD,
  ],
  [
    'is measured by the newest password',
    optional({ requested: fresh, authentications: [password(DAY), password()] }),
    SATISFIED,
  ],
  [
    'does not change the grace period',
    required({ requested: fresh, graceDays: 7, occasion: 'existing-session' }),
    onGrace(NOW + 7 * DAY),
  ],
  ['still allows "later"', required({ requested: fresh, graceDays: 7 }), setUpLater(NOW + 7 * DAY, ...ALL)],
  ['is out of reach with a refused factor', required({ requested: fresh, factors: [refusedTotp] }), UNUSABLE],
];

describe('a requested fresh factor', () => {
  for (const [title, policyInput, decision] of CASES) {
    it(title, () => expect(decide(policyInput)).to.deep.equal(decision));
  }
});
