/** A tenant's own policy, rule by rule. `requested-assurance.test.ts` tests the demands beyond it. */
import { expect } from 'chai';
import { type Decision, decide, type PolicyInput } from '../../../src/domain/policy/policy.ts';
import {
  DAY,
  factor,
  given,
  NOW,
  ON_GRACE,
  ON_TRUST,
  off,
  optional,
  PASSWORD,
  password,
  prove,
  proveFirst,
  required,
  SATISFIED,
  setUp,
  setUpLater,
  UNHEARD_OF,
  UNMET,
  UNUSABLE,
} from './policy-inputs.ts';

const ALL = ['passkey', 'app', 'totp', 'sms', 'email'] as const;
const totp = factor('totp');
const email = factor('email');
const sms = factor('sms');
const passkey = factor('passkey');
const recovery = factor('recovery');
const refusedTotp = factor('totp', { accepted: false });

const RULES: Readonly<Record<string, readonly (readonly [string, PolicyInput, Decision])[]>> = {
  'the password comes first': [
    ['asks for it where nothing was given', off({ authentications: [] }), PASSWORD],
    [
      'asks for it where a factor alone was given',
      required({ factors: [totp], authentications: [given('totp')] }),
      PASSWORD,
    ],
    [
      'asks for it even while grace lasts',
      required({ authentications: [], graceDays: 7, occasion: 'later' }),
      PASSWORD,
    ],
    [
      'asks for it even in a trusted browser',
      required({ factors: [totp], authentications: [], trustedBrowser: true, trustedDevices: true }),
      PASSWORD,
    ],
  ],

  'enforcement off': [
    ['asks nobody', off(), SATISFIED],
    ['asks not even who has a factor set up', off({ factors: [totp] }), SATISFIED],
    ['asks no administrator either', off({ role: 'admin' }), SATISFIED],
    ['lets in who has a factor that cannot be used', off({ factors: [refusedTotp] }), SATISFIED],
    ['offers nothing, whatever is listed', off({ methods: ['totp'], graceDays: 7 }), SATISFIED],
  ],

  'enforcement optional (3.4)': [
    ['never interrupts who has no factor', optional(), SATISFIED],
    ['asks who has one', optional({ factors: [totp] }), prove('totp')],
    ['is met by it', optional({ factors: [totp], authentications: [password(), given('totp')] }), SATISFIED],
    ['asks at an SSO too', optional({ factors: [totp], occasion: 'existing-session' }), prove('totp')],
    ['knows no "later"', optional({ factors: [totp], graceDays: 7, occasion: 'later' }), prove('totp')],
  ],

  'enforcement required (1.2, 4.5)': [
    ['leads who has no factor to the set-up', required(), setUp(...ALL)],
    ['asks who has one for it', required({ factors: [totp] }), prove('totp')],
    [
      'is met by an authenticator app',
      required({ factors: [totp], authentications: [password(), given('totp')] }),
      SATISFIED,
    ],
    [
      'is met by a mailed code',
      required({ factors: [email], authentications: [password(), given('email')] }),
      SATISFIED,
    ],
    [
      'is met by a recovery code',
      required({ factors: [totp, recovery], authentications: [password(), given('recovery')] }),
      SATISFIED,
    ],
    [
      'is not met by a factor that is gone',
      required({ authentications: [password(), given('totp')] }),
      setUp(...ALL),
    ],
    [
      'is not met by a factor that was replaced',
      required({ factors: [{ ...totp, id: 'new' }], authentications: [password(), given('totp')] }),
      prove('totp'),
    ],
    ['ends where the tenant leaves nothing to set up', required({ methods: [] }), UNMET],
    [
      'ends where nothing of it is built',
      required({ methods: ['email', 'app'], available: ['totp'] }),
      UNMET,
    ],
  ],

  'which methods': [
    [
      'offers what is listed, in the order of the product',
      required({ methods: ['email', 'totp'] }),
      setUp('totp', 'email'),
    ],
    ['offers something better beside SMS', required({ methods: ['sms'] }), setUp('passkey', 'totp', 'sms')],
    [
      'accepts what SMS brought along',
      required({ methods: ['sms'], factors: [totp], authentications: [password(), given('totp')] }),
      SATISFIED,
    ],
    [
      'allows an administrator app and passkey',
      required({ methods: ['email'], role: 'admin' }),
      setUp('passkey', 'totp', 'email'),
    ],
    [
      'allows a manager no more than a member',
      required({ methods: ['email'], role: 'manager' }),
      setUp('email'),
    ],
    ['offers what this release can do', required({ available: ['totp'] }), setUp('totp')],
    [
      'asks by no method that was forbidden since [A105]',
      required({ methods: ['totp'], factors: [totp, sms] }),
      prove('totp'),
    ],
    [
      'takes no proof by a method that was forbidden since [A105]',
      required({ methods: ['totp'], factors: [totp, email], authentications: [password(), given('email')] }),
      prove('totp'),
    ],
  ],

  'who has several (2.7)': [
    ['chooses when none is the default', required({ factors: [totp, email] }), prove('totp', 'email')],
    [
      'is asked by the default',
      required({ factors: [totp, factor('email', { isDefault: true })] }),
      proveFirst('email', 'totp', 'email'),
    ],
    [
      'does not choose between two of a kind',
      required({ factors: [totp, factor('totp', { id: 'tablet' })] }),
      prove('totp'),
    ],
    [
      'does not choose because of recovery codes',
      required({ factors: [totp, recovery] }),
      proveFirst('totp', 'totp', 'recovery'),
    ],
    [
      'has the recovery codes where nothing else is left',
      required({ factors: [recovery] }),
      prove('recovery'),
    ],
    [
      'chooses among what is accepted, whatever the default was',
      required({ factors: [factor('totp', { accepted: false, isDefault: true }), email, sms] }),
      prove('sms', 'email'),
    ],
  ],

  'factors that cannot be used': [
    [
      'refuses a factor after 100 failures, and does not set up another beside it',
      required({ factors: [refusedTotp] }),
      UNUSABLE,
    ],
    ['refuses it where a factor is optional', optional({ factors: [refusedTotp] }), UNUSABLE],
    ['takes another factor instead', required({ factors: [refusedTotp, email] }), prove('email')],
    ['takes the recovery codes instead', required({ factors: [refusedTotp, recovery] }), prove('recovery')],
    ['refuses a kind that is not built', required({ available: ['totp'], factors: [email] }), UNUSABLE],
    ['refuses it where a factor is optional', optional({ available: ['totp'], factors: [email] }), UNUSABLE],
    [
      'refuses recovery codes that are not built',
      required({ available: ['totp'], factors: [recovery] }),
      UNUSABLE,
    ],
    ['refuses a kind nobody has heard of', required({ factors: [factor(UNHEARD_OF)] }), UNUSABLE],
    [
      'refuses what the tenant has forbidden since',
      required({ methods: ['passkey'], factors: [totp] }),
      UNUSABLE,
    ],
    [
      'is not helped by grace',
      required({ graceDays: 7, occasion: 'later', factors: [refusedTotp] }),
      UNUSABLE,
    ],
  ],

  'grace (4.6)': [
    ['shows until when "later" will do', required({ graceDays: 7 }), setUpLater(NOW + 7 * DAY, ...ALL)],
    [
      'counts from its own start',
      required({ graceDays: 7, graceStartedAt: NOW - DAY }),
      setUpLater(NOW + 6 * DAY, ...ALL),
    ],
    ['passes who answered "later"', required({ graceDays: 7, occasion: 'later' }), ON_GRACE],
    [
      'passes SSO, prompt=none and refresh',
      required({ graceDays: 7, occasion: 'existing-session' }),
      ON_GRACE,
    ],
    [
      'passes until the last millisecond',
      required({ graceDays: 7, graceStartedAt: NOW - 7 * DAY + 1, occasion: 'existing-session' }),
      ON_GRACE,
    ],
    ['has no "later" at its end', required({ graceDays: 7, graceStartedAt: NOW - 7 * DAY }), setUp(...ALL)],
    [
      'ends for a "later" of before',
      required({ graceDays: 7, graceStartedAt: NOW - 7 * DAY, occasion: 'later' }),
      setUp(...ALL),
    ],
    [
      'ends for sessions and tokens',
      required({ graceDays: 7, graceStartedAt: NOW - 7 * DAY, occasion: 'existing-session' }),
      setUp(...ALL),
    ],
    [
      'follows a shorter setting at once',
      required({ graceDays: 1, graceStartedAt: NOW - 2 * DAY, occasion: 'existing-session' }),
      setUp(...ALL),
    ],
    [
      'is not for who has a factor',
      required({ graceDays: 7, factors: [totp], occasion: 'later' }),
      prove('totp'),
    ],
    [
      'ends with what could be set up',
      required({ graceDays: 7, methods: [], occasion: 'existing-session' }),
      UNMET,
    ],
  ],

  'a trusted browser': [
    [
      'stands in for the factor that the tenant asks for',
      required({ factors: [totp], trustedBrowser: true, trustedDevices: true }),
      ON_TRUST,
    ],
    [
      'counts where it is optional',
      optional({ factors: [passkey], trustedBrowser: true, trustedDevices: true }),
      ON_TRUST,
    ],
    [
      'counts only where the tenant allows it',
      required({ factors: [totp], trustedBrowser: true }),
      prove('totp'),
    ],
    [
      'stands in for nothing where no factor is set up',
      required({ trustedBrowser: true, trustedDevices: true }),
      setUp(...ALL),
    ],
  ],
};

describe('evaluatePolicy for the policy of the tenant', () => {
  for (const [rule, cases] of Object.entries(RULES)) {
    describe(rule, () => {
      for (const [title, policyInput, decision] of cases) {
        it(title, () => expect(decide(policyInput)).to.deep.equal(decision));
      }
    });
  }
});
