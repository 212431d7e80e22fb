/** What a client or a page demands beyond the tenant's policy, rule by rule. */
import { expect } from 'chai';
import { ACRS, type Acr } from '../../../src/domain/policy/acr.ts';
import { type Decision, decide, type Situation } from '../../../src/domain/policy/policy.ts';
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
  setUp,
  setUpLater,
  UNHEARD_OF,
  UNMET,
  UNUSABLE,
} from './situations.ts';

const [SFA, TWO_STEP, MFA, PHR] = ACRS;
const ALL = ['passkey', 'app', 'totp', 'sms', 'email'] as const;
const totp = factor('totp');
const email = factor('email');
const passkey = factor('passkey');
const refusedTotp = factor('totp', { accepted: false });

const always = demanding({ always: true });
const fresh = demanding({ freshMs: 5 * MINUTE });
const level = (...acrs: Acr[]) => demanding({ acrs });
const trusted = { trustedBrowser: true, trustedDevices: true };

const RULES: Readonly<Record<string, readonly (readonly [string, Situation, Decision])[]>> = {
  'a client that takes nobody without a second factor': [
    [
      'asks for the factor that is set up, where the tenant asks nothing',
      off({ demand: always, factors: [totp] }),
      prove('totp'),
    ],
    [
      'is met by it',
      off({ demand: always, factors: [totp], proofs: [password(), given('totp')] }),
      SATISFIED,
    ],
    [
      'is met by a mailed code',
      off({ demand: always, factors: [email], proofs: [password(), given('email')] }),
      SATISFIED,
    ],
    ['cannot be met by a member whose tenant is off', off({ demand: always }), UNMET],
    [
      'lets an administrator set one up even there',
      off({ demand: always, role: 'admin' }),
      setUp('passkey', 'totp'),
    ],
    ['leads to the set-up where a factor is optional', optional({ demand: always }), setUp(...ALL)],
    ['is not put off by grace', required({ demand: always, graceDays: 7 }), setUp(...ALL)],
    ['is not passed by grace', required({ demand: always, graceDays: 7, occasion: 'later' }), setUp(...ALL)],
    [
      'is not met by a trusted browser',
      required({ demand: always, factors: [totp], ...trusted }),
      prove('totp'),
    ],
    ['ends at a factor that is refused', off({ demand: always, factors: [refusedTotp] }), UNUSABLE],
    [
      'ends at a factor that is not built',
      off({ demand: always, factors: [email], available: ['totp'] }),
      UNUSABLE,
    ],
  ],

  'a level asked for (A77, A78)': [
    ['one factor is met by the password', optional({ demand: level(SFA) }), SATISFIED],
    [
      'A77 asks for more where it can be set up',
      optional({ demand: level(MFA) }),
      setUp('passkey', 'app', 'totp', 'sms'),
    ],
    ['A77 refuses what a member of an off tenant cannot reach', off({ demand: level(MFA) }), UNMET],
    ['asks for what is set up, even there', off({ demand: level(MFA), factors: [totp] }), prove('totp')],
    [
      'lets an administrator set it up even there',
      off({ demand: level(PHR), role: 'admin' }),
      setUp('passkey'),
    ],
    [
      'is met by a higher one',
      optional({ demand: level(TWO_STEP), factors: [totp], proofs: [password(), given('totp')] }),
      SATISFIED,
    ],
    [
      'is met by any of those asked for',
      optional({ demand: level(PHR, MFA), factors: [totp], proofs: [password(), given('totp')] }),
      SATISFIED,
    ],
    [
      'is not met by a lower one',
      optional({ demand: level(PHR), factors: [totp, passkey], proofs: [password(), given('totp')] }),
      prove('passkey'),
    ],
    ['asks by what gives it alone', optional({ demand: level(MFA), factors: [totp, email] }), prove('totp')],
    [
      'A78 refuses where nothing that was asked for exists',
      optional({ demand: level(), factors: [totp], proofs: [password(), given('totp')] }),
      UNMET,
    ],
    [
      'A78 refuses that before it asks for anything',
      optional({ demand: demanding({ acrs: [], freshMs: 5 * MINUTE }), proofs: [password(DAY)] }),
      UNMET,
    ],
    ['cannot be reached by what is not built', optional({ demand: level(PHR), available: ['totp'] }), UNMET],
    [
      'cannot be reached by what is forbidden',
      required({ demand: level(PHR), methods: ['totp'], factors: [totp] }),
      UNMET,
    ],
    [
      'is out of reach whatever else is set up and cannot be used',
      off({ demand: level(PHR), factors: [email], available: ['totp'] }),
      UNMET,
    ],
    [
      'is out of reach by a kind nobody has heard of',
      off({ demand: level(MFA), factors: [factor(UNHEARD_OF)] }),
      UNMET,
    ],
    [
      'ends at the one factor that would give it, refused',
      off({ demand: level(MFA), factors: [refusedTotp] }),
      UNUSABLE,
    ],
    [
      'is out of reach where only something lower can be used',
      required({ demand: level(MFA), methods: ['email'], factors: [refusedTotp, email] }),
      UNMET,
    ],
    [
      'is not met by a trusted browser',
      required({ demand: level(MFA), factors: [totp], ...trusted }),
      prove('totp'),
    ],
    [
      'is not put off by grace',
      required({ demand: level(MFA), graceDays: 7, methods: ['totp'] }),
      setUp('totp'),
    ],
    [
      'is not passed by grace',
      required({ demand: level(MFA), graceDays: 7, methods: ['totp'], occasion: 'standing' }),
      setUp('totp'),
    ],
    [
      'leaves grace alone where the password meets it',
      required({ demand: level(SFA), graceDays: 7, occasion: 'later' }),
      ON_GRACE,
    ],
  ],

  'what is set up comes before what is new': [
    [
      'A47 asks for the existing factor first',
      optional({ demand: level(PHR), factors: [totp] }),
      prove('totp'),
    ],
    [
      'A47 asks for it by every method that is set up',
      optional({ demand: level(PHR), factors: [totp, email] }),
      prove('totp', 'email'),
    ],
    [
      'A47 sets up the new one then',
      optional({ demand: level(PHR), factors: [totp], proofs: [password(), given('totp')] }),
      setUp('passkey'),
    ],
    [
      'A47 sets up nothing beside a factor that cannot be given',
      optional({ demand: level(PHR), factors: [refusedTotp] }),
      UNUSABLE,
    ],
    [
      'A47 sets up nothing beside a trusted browser',
      optional({ demand: level(PHR), factors: [totp], ...trusted }),
      prove('totp'),
    ],
    [
      'A51 takes no old proof for it where a fresh one is demanded',
      optional({
        demand: demanding({ acrs: [PHR], freshMs: 5 * MINUTE }),
        factors: [totp],
        proofs: [password(DAY), given('totp', DAY)],
      }),
      prove('totp'),
    ],
    [
      'replaces a refused factor once another was given',
      required({
        demand: level(MFA),
        methods: ['totp', 'email'],
        factors: [refusedTotp, email],
        proofs: [password(), given('email')],
      }),
      setUp('totp'),
    ],
    [
      'asks for nothing more once the new one was given',
      optional({
        demand: level(PHR),
        factors: [totp, passkey],
        proofs: [password(), given('totp'), given('passkey')],
      }),
      SATISFIED,
    ],
  ],

  'a fresh factor': [
    [
      'is asked for again',
      required({ demand: fresh, factors: [totp], proofs: [password(DAY), given('totp', DAY)] }),
      prove('totp'),
    ],
    [
      'is fresh to the last millisecond',
      required({ demand: fresh, factors: [totp], proofs: [password(DAY), given('totp', 5 * MINUTE)] }),
      SATISFIED,
    ],
    [
      'is stale after it',
      required({ demand: fresh, factors: [totp], proofs: [password(DAY), given('totp', 5 * MINUTE + 1)] }),
      prove('totp'),
    ],
    [
      'does not ask for the password again',
      optional({ demand: fresh, factors: [totp], proofs: [password(DAY), given('totp')] }),
      SATISFIED,
    ],
    [
      'may be any of them',
      required({
        demand: fresh,
        factors: [totp, email],
        proofs: [password(DAY), given('totp', DAY), given('email')],
      }),
      SATISFIED,
    ],
    ['is asked for where the tenant asks nothing', off({ demand: fresh, factors: [totp] }), prove('totp')],
    ['is no trusted browser', required({ demand: fresh, factors: [totp], ...trusted }), prove('totp')],
    [
      'is the password where none is set up',
      optional({ demand: fresh, proofs: [password(5 * MINUTE)] }),
      SATISFIED,
    ],
    [
      'A51 is the password again where none is set up',
      optional({ demand: fresh, proofs: [password(5 * MINUTE + 1)] }),
      PASSWORD,
    ],
    [
      'A51 is the password again before a set-up',
      required({ demand: fresh, proofs: [password(DAY)] }),
      PASSWORD,
    ],
    [
      'counts the newest password',
      optional({ demand: fresh, proofs: [password(DAY), password()] }),
      SATISFIED,
    ],
    ['leaves grace alone', required({ demand: fresh, graceDays: 7, occasion: 'standing' }), ON_GRACE],
    [
      'leaves "later" to the person',
      required({ demand: fresh, graceDays: 7 }),
      setUpLater(NOW + 7 * DAY, ...ALL),
    ],
    ['ends at a factor that is refused', required({ demand: fresh, factors: [refusedTotp] }), UNUSABLE],
  ],
};

describe('decide: what is demanded beyond it', () => {
  for (const [rule, cases] of Object.entries(RULES)) {
    describe(rule, () => {
      for (const [title, situation, decision] of cases) {
        it(title, () => expect(decide(situation)).to.deep.equal(decision));
      }
    });
  }
});
