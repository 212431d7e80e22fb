/** The assurance that a client or a page requests beyond the tenant's policy, rule by rule. */
import { expect } from 'chai';
import { ACRS, type Acr } from '../../../src/domain/policy/acr.ts';
import { type Decision, decide, type PolicyInput } from '../../../src/domain/policy/policy.ts';
import {
  DAY,
  demanding,
  factor,
  given,
  MINUTE,
  ON_GRACE,
  off,
  optional,
  password,
  prove,
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

const always = demanding({ always: true });
const _fresh = demanding({ freshMs: 5 * MINUTE });
const level = (...acrs: Acr[]) => demanding({ acrs });
const trusted = { trustedBrowser: true, trustedDevices: true };

const RULES: Readonly<Record<string, readonly (readonly [string, PolicyInput, Decision])[]>> = {
  'a client that takes nobody without a second factor': [
    [
      'asks for the factor that is set up, where the tenant asks nothing',
      off({ requested: always, factors: [totp] }),
      prove('totp'),
    ],
    [
      'is met by it',
      off({ requested: always, factors: [totp], authentications: [password(), given('totp')] }),
      SATISFIED,
    ],
    [
      'is met by a mailed code',
      off({ requested: always, factors: [email], authentications: [password(), given('email')] }),
      SATISFIED,
    ],
    ['cannot be met by a member whose tenant is off', off({ requested: always }), UNMET],
    [
      'lets an administrator set one up even there',
      off({ requested: always, role: 'admin' }),
      setUp('passkey', 'totp'),
    ],
    ['leads to the set-up where a factor is optional', optional({ requested: always }), setUp(...ALL)],
    ['is not put off by grace', required({ requested: always, graceDays: 7 }), setUp(...ALL)],
    [
      'is not passed by grace',
      required({ requested: always, graceDays: 7, occasion: 'later' }),
      setUp(...ALL),
    ],
    [
      'is not met by a trusted browser',
      required({ requested: always, factors: [totp], ...trusted }),
      prove('totp'),
    ],
    ['ends at a factor that is refused', off({ requested: always, factors: [refusedTotp] }), UNUSABLE],
    [
      'ends at a factor that is not built',
      off({ requested: always, factors: [email], available: ['totp'] }),
      UNUSABLE,
    ],
  ],

  'a level asked for (A77, A78)': [
    ['one factor is met by the password', optional({ requested: level(SFA) }), SATISFIED],
    [
      'asks for more where it can be set up [A77]',
      optional({ requested: level(MFA) }),
      setUp('passkey', 'app', 'totp', 'sms'),
    ],
    ['refuses what a member of an off tenant cannot reach [A77]', off({ requested: level(MFA) }), UNMET],
    ['asks for what is set up, even there', off({ requested: level(MFA), factors: [totp] }), prove('totp')],
    [
      'lets an administrator set it up even there',
      off({ requested: level(PHR), role: 'admin' }),
      setUp('passkey'),
    ],
    [
      'is met by a higher one',
      optional({ requested: level(TWO_STEP), factors: [totp], authentications: [password(), given('totp')] }),
      SATISFIED,
    ],
    [
      'is met by any of those asked for',
      optional({ requested: level(PHR, MFA), factors: [totp], authentications: [password(), given('totp')] }),
      SATISFIED,
    ],
    [
      'is not met by a lower one',
      optional({
        requested: level(PHR),
        factors: [totp, passkey],
        authentications: [password(), given('totp')],
      }),
      prove('passkey'),
    ],
    [
      'asks by what gives it alone',
      optional({ requested: level(MFA), factors: [totp, email] }),
      prove('totp'),
    ],
    [
      'refuses where nothing that was asked for exists [A78]',
      optional({ requested: level(), factors: [totp], authentications: [password(), given('totp')] }),
      UNMET,
    ],
    [
      'refuses that before it asks for anything [A78]',
      optional({ requested: demanding({ acrs: [], freshMs: 5 * MINUTE }), authentications: [password(DAY)] }),
      UNMET,
    ],
    [
      'cannot be reached by what is not built',
      optional({ requested: level(PHR), available: ['totp'] }),
      UNMET,
    ],
    [
      'cannot be reached by what is forbidden',
      required({ requested: level(PHR), methods: ['totp'], factors: [totp] }),
      UNMET,
    ],
    [
      'is out of reach whatever else is set up and cannot be used',
      off({ requested: level(PHR), factors: [email], available: ['totp'] }),
      UNMET,
    ],
    [
      'is out of reach by a kind nobody has heard of',
      off({ requested: level(MFA), factors: [factor(UNHEARD_OF)] }),
      UNMET,
    ],
    [
      'ends at the one factor that would give it, refused',
      off({ requested: level(MFA), factors: [refusedTotp] }),
      UNUSABLE,
    ],
    [
      'is out of reach where only something lower can be used',
      required({ requested: level(MFA), methods: ['email'], factors: [refusedTotp, email] }),
      UNMET,
    ],
    [
      'is not met by a trusted browser',
      required({ requested: level(MFA), factors: [totp], ...trusted }),
      prove('totp'),
    ],
    [
      'is not put off by grace',
      required({ requested: level(MFA), graceDays: 7, methods: ['totp'] }),
      setUp('totp'),
    ],
    [
      'is not passed by grace',
      required({ requested: level(MFA), graceDays: 7, methods: ['totp'], occasion: 'existing-session' }),
      setUp('totp'),
    ],
    [
      'leaves grace alone where the password meets it',
      required({ requested: level(SFA), graceDays: 7, occasion: 'later' }),
      ON_GRACE,
    ],
  ],

  'what is set up comes before what is new': [
    [
      'asks for the existing factor first [A47]',
      optional({ requested: level(PHR), factors: [totp] }),
      prove('totp'),
    ],
    [
      'asks for it by every method that is set up [A47]',
      optional({ requested: level(PHR), factors: [totp, email] }),
      prove('totp', 'email'),
    ],
    [
      'sets up the new one then [A47]',
      optional({ requested: level(PHR), factors: [totp], authentications: [password(), given('totp')] }),
      setUp('passkey'),
    ],
    [
      'sets up nothing beside a factor that cannot be given [A47]',
      optional({ requested: level(PHR), factors: [refusedTotp] }),
      UNUSABLE,
    ],
    [
      'sets up nothing beside a trusted browser [A47]',
      optional({ requested: level(PHR), factors: [totp], ...trusted }),
      prove('totp'),
    ],
    [
      'takes no old proof for it where a fresh one is demanded [A51]',
      optional({
        requested: demanding({ acrs: [PHR], freshMs: 5 * MINUTE }),
        factors: [totp],
        authentications: [password(DAY), given('totp', DAY)],
      }),
      prove('totp'),
    ],
    [
      'replaces a refused factor once another was given',
      required({
        requested: level(MFA),
        methods: ['totp', 'email'],
        factors: [refusedTotp, email],
        authentications: [password(), given('email')],
      }),
      setUp('totp'),
    ],
    [
      'asks for nothing more once the new one was given',
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
