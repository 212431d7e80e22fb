import { expect } from 'chai';
import type { InteractionResults } from 'oidc-provider';
import { signInOfResult } from '../../src/oidc/sessions.ts';

const authentications = [
  { method: 'pwd', enrolmentId: null, atMs: 1000 },
  { method: 'totp', enrolmentId: 'phone', atMs: 2000 },
] as const;
const login = { accountId: 'ann', ts: 2 };

/** The interaction result after this second factor. */
const given = (of: object) => ({ second_factor: { accountId: 'ann', ts: 2, authentications, ...of } });

describe('the second factor of an ended interaction', () => {
  it('is read from the result with which our own pages end it', () => {
    expect(signInOfResult({ login, ...given({}) })).to.deep.equal({
      authentications,
      trustedBrowserId: null,
    });
  });

  it('remains in later interactions, such as consent', () => {
    const later = { login, ...given({ trustedBrowserId: 'laptop' }), consent: { grantId: 'g' } };
    expect(signInOfResult(later)).to.deep.equal({ authentications, trustedBrowserId: 'laptop' });
  });

  const foreign: readonly (readonly [string, InteractionResults])[] = [
    ['a host’s own login page', { login }],
    ['a later sign-in of the same person', { login: { ...login, ts: 60 }, ...given({}) }],
    ['a later sign-in that leaves its time to the library', { login: { accountId: 'ann' }, ...given({}) }],
    ['a later sign-in of somebody else', { login: { ...login, accountId: 'bob' }, ...given({}) }],
    ['a result without a login', given({})],
    ['a second factor of no known shape', { login, ...given({ authentications: 'all of them' }) }],
  ];
  for (const [what, result] of foreign) {
    it(`is missing in ${what}`, () => expect(signInOfResult(result)).to.equal(null));
  }
});
