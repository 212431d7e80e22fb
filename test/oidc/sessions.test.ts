import { expect } from 'chai';
import type { Context } from 'koa';
import type { InteractionResults, Provider } from 'oidc-provider';
import { createProviderSession, signInOfResult } from '../../src/oidc/session/provider-session.ts';

const authentications = [
  { method: 'pwd', enrolmentId: null, atMs: 1000 },
  { method: 'totp', enrolmentId: 'phone', atMs: 2000 },
] as const;
const login = { accountId: 'ann', ts: 2 };

/** The stored form, which other releases read and write too. */
const proofs = authentications.map(({ atMs, ...event }) => ({ ...event, at: atMs }));

/** The interaction result after this second factor. */
const given = (of: object) => ({ second_factor: { accountId: 'ann', ts: 2, proofs, ...of } });

describe('the second factor of an ended interaction', () => {
  it('is read from the result with which our own pages end it', () => {
    expect(signInOfResult({ login, ...given({}) })).to.deep.equal({
      authentications,
      trustedBrowserId: null,
    });
  });

  it('is stored as releases before and after this one read it [R26]', async () => {
    let stored: InteractionResults = {};
    const keep = async (_req: unknown, _res: unknown, result: InteractionResults) => {
      stored = result;
      return '/auth/1';
    };
    const session = createProviderSession({ interactionResult: keep } as unknown as Provider);
    const signIn = { accountId: 'ann', acr: 'mfa', amr: ['otp'], ts: 2, isStepUp: false, key: 'k' };
    const ending = { signIn: { ...signIn, authentications, trustedBrowserId: null } };
    await session.end({ req: {}, res: {} } as Context, ending);
    expect(stored.second_factor).to.deep.equal({
      accountId: 'ann',
      ts: 2,
      proofs,
      trustedBrowserId: null,
      key: 'k',
    });
    expect(signInOfResult(stored)).to.deep.equal({ authentications, trustedBrowserId: null });
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
    ['a second factor of no known shape', { login, ...given({ proofs: 'all of them' }) }],
  ];
  for (const [what, result] of foreign) {
    it(`is missing in ${what}`, () => expect(signInOfResult(result)).to.equal(null));
  }
});
