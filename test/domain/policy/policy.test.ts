/** A tenant's own policy, rule by rule. `requested-assurance.test.ts` tests the demands beyond it. */
import { expect } from 'chai';
import { type Decision, decide, type PolicyInput } from '../../../src/domain/policy/policy.ts';
import {
  DAY,
  factor,
  given,
  NOW,
  ON_TRUST,
  off,
  onGrace,
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
  'as regards the password': [
    ['asks for it first', off({ authentications: [] }), PASSWORD],
    [
      'asks for it after a factor only',
      required({ factors: [totp], authentications: [given('totp')] }),
      PASSWORD,
    ],
    [
      'asks for it even in the grace period',
      required({ authentications: [], graceDays: 7, occasion: 'later' }),
      PASSWORD,
    ],
    [
      'asks for it even in a trusted browser',
      required({ factors: [totp], authentications: [], trustedBrowser: true, trustedDevices: true }),
      PASSWORD,
    ],
  ],

  'with enforcement off': [
    ['asks for no factor', off(), SATISFIED],
    ['asks for no factor, even if one is enrolled', off({ factors: [totp] }), SATISFIED],
    ['asks an administrator for no factor either', off({ role: 'admin' }), SATISFIED],
    ['admits a person with an unusable factor', off({ factors: [refusedTotp] }), SATISFIED],
    ['offers no method, whatever is listed', off({ methods: ['totp'], graceDays: 7 }), SATISFIED],
  ],

  'with enforcement optional (3.4)': [
    ['admits a person without a factor', optional(), SATISFIED],
    ['asks for an enrolled factor', optional({ factors: [totp] }), prove('totp')],
    [
      'is satisfied by it',
      optional({ factors: [totp], authentications: [password(), given('totp')] }),
      SATISFIED,
    ],
    ['asks for it at an SSO too', optional({ factors: [totp], occasion: 'existing-session' }), prove('totp')],
    ['allows no "later"', optional({ factors: [totp], graceDays: 7, occasion: 'later' }), prove('totp')],
  ],

  'with enforcement required (1.2, 4.5)': [
    ['leads a person without a factor to the enrolment', required(), setUp(...ALL)],
    ['asks for an enrolled factor', required({ factors: [totp] }), prove('totp')],
    [
      'is satisfied by an authenticator app',
      required({ factors: [totp], authentications: [password(), given('totp')] }),
      SATISFIED,
    ],
    [
      'is satisfied by a mailed code',
      required({ factors: [email], authentications: [password(), given('email')] }),
      SATISFIED,
    ],
    [
      'is satisfied by a recovery code',
      required({ factors: [totp, recovery], authentications: [password(), given('recovery')] }),
      SATISFIED,
    ],
    [
      'is not satisfied by a removed factor',
      required({ authentications: [password(), given('totp')] }),
      setUp(...ALL),
    ],
    [
      'is not satisfied by a replaced factor',
      required({ factors: [{ ...totp, id: 'new' }], authentications: [password(), given('totp')] }),
      prove('totp'),
    ],
    ['ends where the tenant lists no method', required({ methods: [] }), UNMET],
    [
      'ends where no listed method is built',
      required({ methods: ['email', 'app'], available: ['totp'] }),
      UNMET,
    ],
  ],

  'as regards methods': [
    [
      'offers the listed methods in the order of the product',
      required({ methods: ['email', 'totp'] }),
      setUp('totp', 'email'),
    ],
    ['offers stronger methods beside SMS', required({ methods: ['sms'] }), setUp('passkey', 'totp', 'sms')],
    [
      'accepts the methods that come with SMS',
      required({ methods: ['sms'], factors: [totp], authentications: [password(), given('totp')] }),
      SATISFIED,
    ],
    [
      'allows an administrator app and passkey',
      required({ methods: ['email'], role: 'admin' }),
      setUp('passkey', 'totp', 'email'),
    ],
    [
      'allows a manager app and passkey, for the console',
      required({ methods: ['email'], role: 'manager' }),
      setUp('passkey', 'totp', 'email'),
    ],
    ['offers only methods of this release', required({ available: ['totp'] }), setUp('totp')],
    [
      'asks for no method that was forbidden since [A105]',
      required({ methods: ['totp'], factors: [totp, sms] }),
      prove('totp'),
    ],
    [
      'accepts no authentication by a method that was forbidden since [A105]',
      required({ methods: ['totp'], factors: [totp, email], authentications: [password(), given('email')] }),
      prove('totp'),
    ],
  ],

  'with several factors (2.7)': [
    [
      'offers a choice when none is the default',
      required({ factors: [totp, email] }),
      prove('totp', 'email'),
    ],
    [
      'asks for the default',
      required({ factors: [totp, factor('email', { isDefault: true })] }),
      proveFirst('email', 'totp', 'email'),
    ],
    [
      'offers no choice between two of a kind',
      required({ factors: [totp, factor('totp', { id: 'tablet' })] }),
      prove('totp'),
    ],
    [
      'offers no choice because of recovery codes',
      required({ factors: [totp, recovery] }),
      proveFirst('totp', 'totp', 'recovery'),
    ],
    [
      'asks for recovery codes where no other factor is usable',
      required({ factors: [recovery] }),
      prove('recovery'),
    ],
    [
      'offers a choice among accepted methods, whatever the default',
      required({ factors: [factor('totp', { accepted: false, isDefault: true }), email, sms] }),
      prove('sms', 'email'),
    ],
  ],

  'with unusable factors': [
    [
      'refuses a factor after 100 failures, and enrols no other beside it',
      required({ factors: [refusedTotp] }),
      UNUSABLE,
    ],
    ['refuses it where a factor is optional', optional({ factors: [refusedTotp] }), UNUSABLE],
    ['asks for another factor instead', required({ factors: [refusedTotp, email] }), prove('email')],
    [
      'asks for the recovery codes instead',
      required({ factors: [refusedTotp, recovery] }),
      prove('recovery'),
    ],
    ['refuses a kind that is not built', required({ available: ['totp'], factors: [email] }), UNUSABLE],
    ['refuses it where a factor is optional', optional({ available: ['totp'], factors: [email] }), UNUSABLE],
    [
      'refuses recovery codes that are not built',
      required({ available: ['totp'], factors: [recovery] }),
      UNUSABLE,
    ],
    ['refuses an unknown kind', required({ factors: [factor(UNHEARD_OF)] }), UNUSABLE],
    [
      'refuses a method that the tenant has forbidden since',
      required({ methods: ['passkey'], factors: [totp] }),
      UNUSABLE,
    ],
    [
      'refuses them in the grace period too',
      required({ graceDays: 7, occasion: 'later', factors: [refusedTotp] }),
      UNUSABLE,
    ],
  ],

  'in the grace period (4.6)': [
    ['gives the last date of "later"', required({ graceDays: 7 }), setUpLater(NOW + 7 * DAY, ...ALL)],
    [
      'counts from the start of the period',
      required({ graceDays: 7, graceStarts: { any: NOW - DAY } }),
      setUpLater(NOW + 6 * DAY, ...ALL),
    ],
    [
      'admits a person who answered "later"',
      required({ graceDays: 7, occasion: 'later' }),
      onGrace(NOW + 7 * DAY),
    ],
    [
      'admits SSO, prompt=none and refresh',
      required({ graceDays: 7, occasion: 'existing-session' }),
      onGrace(NOW + 7 * DAY),
    ],
    [
      'admits until the last millisecond',
      required({ graceDays: 7, graceStarts: { any: NOW - 7 * DAY + 1 }, occasion: 'existing-session' }),
      onGrace(NOW + 1),
    ],
    [
      'allows no "later" at its end',
      required({ graceDays: 7, graceStarts: { any: NOW - 7 * DAY } }),
      setUp(...ALL),
    ],
    [
      'ends an earlier "later"',
      required({ graceDays: 7, graceStarts: { any: NOW - 7 * DAY }, occasion: 'later' }),
      setUp(...ALL),
    ],
    [
      'ends sessions and tokens',
      required({ graceDays: 7, graceStarts: { any: NOW - 7 * DAY }, occasion: 'existing-session' }),
      setUp(...ALL),
    ],
    [
      'applies a shorter setting at once',
      required({ graceDays: 1, graceStarts: { any: NOW - 2 * DAY }, occasion: 'existing-session' }),
      setUp(...ALL),
    ],
    [
      'asks for an enrolled factor anyway',
      required({ graceDays: 7, factors: [totp], occasion: 'later' }),
      prove('totp'),
    ],
    [
      'ends when no method can be enrolled',
      required({ graceDays: 7, methods: [], occasion: 'existing-session' }),
      UNMET,
    ],
  ],

  'in a trusted browser': [
    [
      'skips the factor that the tenant requires',
      required({ factors: [totp], trustedBrowser: true, trustedDevices: true }),
      ON_TRUST,
    ],
    [
      'skips an optional factor',
      optional({ factors: [passkey], trustedBrowser: true, trustedDevices: true }),
      ON_TRUST,
    ],
    [
      'skips the factor only where the tenant allows it',
      required({ factors: [totp], trustedBrowser: true }),
      prove('totp'),
    ],
    [
      'requires the enrolment where no factor is enrolled',
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
