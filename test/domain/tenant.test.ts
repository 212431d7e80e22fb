/** The second-factor rules of a tenant: the groups they cover, and the methods. */
import { expect } from 'chai';
import fc from 'fast-check';
import { CONFIGURABLE_METHODS, METHOD_NAMES, type MethodName } from '../../src/domain/methods/method.ts';
import {
  ENFORCEMENTS,
  type Enforcement,
  enforcementFor,
  mayStandAlone,
  methodsOnOffer,
  stricter,
} from '../../src/domain/tenant.ts';

const anyEnforcement = fc.constantFrom(...ENFORCEMENTS);
const rankOf = (enforcement: Enforcement) => ENFORCEMENTS.indexOf(enforcement);

describe('stricter', () => {
  it('is the stricter of the two, whichever comes first', () => {
    for (const a of ENFORCEMENTS) {
      for (const b of ENFORCEMENTS) {
        expect(rankOf(stricter(a, b)), `${a} and ${b}`).to.equal(Math.max(rankOf(a), rankOf(b)));
      }
    }
  });
});

describe('enforcementFor', () => {
  const CASES: readonly (readonly [
    string,
    Enforcement,
    Record<string, Enforcement>,
    string[],
    Enforcement,
  ])[] = [
    [
      'is the tenant\u2019s own for a member of no group',
      'optional',
      { finance: 'required' },
      [],
      'optional',
    ],
    [
      'is a group\u2019s where that is stricter',
      'optional',
      { finance: 'required' },
      ['finance'],
      'required',
    ],
    [
      'is stricter by a group even where the tenant is off',
      'off',
      { finance: 'optional' },
      ['finance'],
      'optional',
    ],
    ['is never looser by a group', 'required', { guests: 'off' }, ['guests'], 'required'],
    [
      'is the strictest of several groups',
      'off',
      { a: 'optional', b: 'required', c: 'off' },
      ['a', 'b', 'c'],
      'required',
    ],
    [
      'is not changed by a group that is not listed',
      'optional',
      { finance: 'required' },
      ['sales'],
      'optional',
    ],
    [
      'is not changed by groups called like parts of an object [A89]',
      'off',
      {},
      ['__proto__', 'constructor', 'toString'],
      'off',
    ],
  ];
  for (const [title, enforcement, groups, memberOf, expected] of CASES) {
    it(title, () => expect(enforcementFor({ enforcement, groups }, { groups: memberOf })).to.equal(expected));
  }

  it('is never looser with one more group', () => {
    const names = ['a', 'b', 'c'];
    const settings = fc.record({
      enforcement: anyEnforcement,
      groups: fc.dictionary(fc.constantFrom(...names), anyEnforcement),
    });
    fc.assert(
      fc.property(settings, fc.subarray(names), fc.constantFrom(...names), (given, groups, more) => {
        const before = enforcementFor(given, { groups });
        expect(rankOf(enforcementFor(given, { groups: [...groups, more] }))).to.be.at.least(rankOf(before));
        expect(rankOf(before)).to.be.at.least(rankOf(given.enforcement));
      }),
    );
  });
});

describe('mayStandAlone', () => {
  const methods: MethodName[] = ['totp', 'passkey'];
  for (const [title, enforcement, settings, role, expected] of [
    ['is true for a member where passkeys are on offer', 'optional', {}, 'member', true],
    ['is false for a member where the policy is off', 'off', {}, 'member', false],
    ['is true for the other roles there', 'off', {}, 'helpdesk', true],
    ['is false for a member where no passkey is allowed', 'required', { methods: ['totp'] }, 'member', false],
    ['is true for the other roles there, too', 'required', { methods: ['totp'] }, 'admin', true],
    ['is false where the tenant forbids it', 'required', { passkeySignIn: false }, 'member', false],
    ['is false for an administrator there', 'required', { passkeySignIn: false }, 'admin', false],
  ] as const) {
    it(`${title} [A128]`, () => {
      const given = { methods, passkeySignIn: true, ...settings };
      expect(mayStandAlone('passkey', enforcement, given, role)).to.equal(expected);
    });
  }
});

describe('methodsOnOffer', () => {
  const CASES: readonly (readonly [
    string,
    Enforcement,
    MethodName[],
    'member' | 'helpdesk' | 'manager' | 'admin',
    MethodName[],
  ])[] = [
    [
      'is what is listed, in the order of the product',
      'required',
      ['email', 'totp'],
      'member',
      ['totp', 'email'],
    ],
    ['adds app and passkey to SMS', 'required', ['sms'], 'member', ['passkey', 'totp', 'sms']],
    ['adds nothing to e-mail', 'optional', ['email'], 'member', ['email']],
    ['is empty where the policy is off', 'off', ['totp', 'sms'], 'member', []],
    ['always allows a manager app and passkey', 'off', ['email'], 'manager', ['passkey', 'totp']],
    ['always allows the help desk app and passkey', 'off', [], 'helpdesk', ['passkey', 'totp']],
    ['always allows an administrator app and passkey', 'off', [], 'admin', ['passkey', 'totp']],
    [
      'allows an administrator what members have, too',
      'required',
      ['email'],
      'admin',
      ['passkey', 'totp', 'email'],
    ],
    ['is empty where nothing is listed', 'required', [], 'member', []],
  ];
  for (const [title, enforcement, methods, role, expected] of CASES) {
    it(title, () => expect(methodsOnOffer(enforcement, methods, role)).to.deep.equal(expected));
  }

  it('names each listed method once, and adds those two only', () => {
    const role = fc.constantFrom('member' as const, 'manager' as const, 'admin' as const);
    fc.assert(
      fc.property(
        anyEnforcement,
        fc.subarray([...CONFIGURABLE_METHODS]),
        role,
        (enforcement, methods, who) => {
          const offered = methodsOnOffer(enforcement, methods, who);
          expect(offered).to.deep.equal(METHOD_NAMES.filter((name) => offered.includes(name)));
          for (const name of offered) expect([...methods, 'totp', 'passkey']).to.include(name);
        },
      ),
    );
  });
});
