/** A rotation, apart from the requests around it. */
import { expect } from 'chai';
import type { AdapterPayload, KoaContextWithOIDC } from 'oidc-provider';
import { createCipher } from '../../src/adapters/system/cipher.ts';
import { createRefreshTokenStore } from '../../src/oidc/adapter/refresh-token-store.ts';
import { keepPresentedToken } from '../../src/oidc/request-cache.ts';
import { createRefreshRotation } from '../../src/oidc/tokens/refresh-rotation.ts';
import { createTokenFamilies, familyOf } from '../../src/oidc/tokens/token-families.ts';
import { NOW } from '../contracts/examples.ts';
import { freshStore, together } from '../contracts/make-store.ts';
import { embedded } from '../support/stores/embedded.ts';

const LIFETIME = 3600;
const SECONDS = NOW / 1000;
const KEY = { id: 'test', key: 'a key of the tests, long enough to be one' };

const PAYLOAD: AdapterPayload = {
  kind: 'RefreshToken',
  jti: 'R'.repeat(43),
  accountId: 'account-1',
  clientId: 'spa',
  grantId: 'grant-1',
  scope: 'openid offline_access',
  sessionUid: 'session-1',
  expiresWithSession: true,
  jkt: 'thumbprint of the key that the token is bound to',
  'x5t#S256': 'thumbprint of a certificate',
  rotations: 1,
  iat: SECONDS - 100,
  iiat: SECONDS - 200,
  exp: SECONDS + 100,
};

describe('a rotation', () => {
  const stores = freshStore(embedded((all) => all));
  const clock = { now: () => NOW };

  function parts(cipher = createCipher([KEY])) {
    const rules = { of: () => ({ rotateRefreshTokens: true }) as never };
    const tokens = createRefreshTokenStore(stores().providerDurable, cipher, clock);
    const families = createTokenFamilies({ rules, cipher });
    const rotation = createRefreshRotation({
      rules,
      tokens,
      families,
      replayedFamilies: { end: async () => expect.fail('it is no replay') },
      overlapSeconds: 10,
      lifetimeOf: () => LIFETIME,
      clock,
    });
    return { tokens, families, rotation };
  }

  /** A request whose token was found so, and has passed the checks of the library. */
  async function rotated(
    { rotation }: ReturnType<typeof parts>,
    payload: AdapterPayload,
    consumedAt: number | null = null,
  ): Promise<string> {
    const token = { accountId: payload.accountId };
    const oidc = { client: { clientId: 'spa' }, entities: { RefreshToken: token } };
    const body = { refresh_token: String(payload.jti) };
    const ctx = { oidc, body, ip: '192.0.2.1' } as unknown as KoaContextWithOIDC;
    keepPresentedToken(ctx, { value: String(payload.jti), payload, consumedAt });
    expect(await rotation.refuseReplay(ctx)).to.equal(false);
    await rotation.settle(ctx);
    return body.refresh_token;
  }

  const storeFirst = ({ tokens }: ReturnType<typeof parts>) =>
    tokens.insert(String(PAYLOAD.jti), PAYLOAD, NOW + 100_000);

  it('gives fifty requests that all found the token unused one successor [A119]', async () => {
    const all = parts();
    await storeFirst(all);
    const successors = await together(50, () => rotated(all, PAYLOAD));
    expect(new Set(successors).size).to.equal(1);
  });

  it('brings no token back that was revoked while a request with an older one was on its way [A46]', async () => {
    const all = parts();
    await storeFirst(all);
    const successor = await rotated(all, PAYLOAD);
    await stores().providerDurable.revokeByGrantId('RefreshToken', 'grant-1');
    for (const found of [SECONDS, null]) {
      const late = await rotated(all, PAYLOAD, found).catch(({ error }) => error);
      expect(late).to.equal('invalid_grant');
      expect(await all.tokens.find(successor)).to.equal(undefined);
    }
  });

  it('keeps the key, the session and the first sign-in that the token is bound to [A119]', async () => {
    const all = parts();
    await storeFirst(all);
    const newest = await rotated(all, PAYLOAD);
    expect(await all.tokens.find(newest)).to.deep.equal({
      ...PAYLOAD,
      jti: newest,
      iat: SECONDS,
      exp: SECONDS + LIFETIME,
      rotations: 2,
    });
  });

  it('names one family in all its tokens, and derives none without the key of the server [A119]', async () => {
    const all = parts();
    await storeFirst(all);
    const second = await rotated(all, PAYLOAD);
    const third = await rotated(all, { ...PAYLOAD, jti: second });
    expect(familyOf(second)).to.be.a('string').and.equal(familyOf(third));
    expect(familyOf(second)).to.equal(all.families.ofRefreshToken(String(PAYLOAD.jti)));
    const foreign = parts(createCipher([{ ...KEY, key: 'another key of the tests, long enough too' }]));
    expect(foreign.families.successorOf(second, 'grant-1')).not.to.equal(third);
    expect(all.families.successorOf(second, 'grant-2')).not.to.equal(third);
  });
});
