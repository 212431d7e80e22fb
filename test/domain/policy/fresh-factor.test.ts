/** A request for a fresh factor: how old a proof may be, rule by rule. */
import { expect } from 'chai';
import { ACRS, type Acr } from '../../../src/domain/policy/acr.ts';
import { type Decision, decide, type PolicyInput } from '../../../src/domain/policy/policy.ts';
import {
  DAY,
  demanding,
  factor,
  given,
  MINUTE,
  NOW,
  ON_GRACE,
  off,
  optional,
  PASSWORD,
  password,
  prove,
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

const _always = demanding({ always: true });
const fresh = demanding({ freshMs: 5 * MINUTE });
const _level = (...acrs: Acr[]) => demanding({ acrs });
const trusted = { trustedBrowser: true, trustedDevices: true };

const CASES: readonly (readonly [string, PolicyInput, Decision])[] = [
  [
    'is asked for again',
    required({ requested: fresh, factors: [totp], authentications: [password(DAY), given('totp', DAY)] }),
    prove('totp'),
  ],
  [
    'is fresh to the last millisecond',
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
    'may be any of them',
    required({
      requested: fresh,
      factors: [totp, email],
      authentications: [password(DAY), given('totp', DAY), given('email')],
    }),
    SATISFIED,
  ],
  ['is asked for where the tenant asks nothing', off({ requested: fresh, factors: [totp] }), prove('totp')],
  ['is no trusted browser', required({ requested: fresh, factors: [totp], ...trusted }), prove('totp')],
  [
    'is the password where none is set up',
    optional({ requested: fresh, authentications: [password(5 * MINUTE)] }),
    SATISFIED,
  ],
  [
    'is the password again where none is set up [A51]',
    optional({ requested: fresh, authentications: [password(5 * MINUTE + 1)] }),
    PASSWORD,
  ],
  [
    'is the password again before a set-up [A51]',
    required({ requested: fresh, authentications: [password(DAY)] }),
    PASSWORD,
  ],
  [
    'counts the newest password',
    optional({ requested: fresh, authentications: [password(DAY), password()] }),
    SATISFIED,
  ],
  [
    'leaves grace alone',
    required({ requested: fresh, graceDays: 7, occasion: 'existing-session' }),
    ON_GRACE,
  ],
  [
    'leaves "later" to the person',
    required({ requested: fresh, graceDays: 7 }),
    setUpLater(NOW + 7 * DAY, ...ALL),
  ],
  ['ends at a factor that is refused', required({ requested: fresh, factors: [refusedTotp] }), UNUSABLE],
];

describe('evaluatePolicy for a fresh factor', () => {
  for (const [title, policyInput, decision] of CASES) {
    it(title, () => expect(decide(policyInput)).to.deep.equal(decision));
  }
});
