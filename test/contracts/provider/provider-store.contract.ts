/** The contract of a store of the provider's models. */
import { expect } from 'chai';
import type { ProviderStore } from '../../../src/ports/stores.ts';
import { MINUTE, NOW } from '../examples.ts';
import { freshStore, type MakeStore, winners } from '../make-store.ts';

const CODE = {
  kind: 'AuthorizationCode',
  accountId: 'account-1',
  grantId: 'grant-1',
  scope: 'openid profile',
  claims: { id_token: { acr: { essential: true, values: ['phr'] } } },
  amr: ['pwd', 'otp'],
  exp: 1_750_000_060,
  nothing: null,
};

export function providerStoreContract(name: string, makeStore: MakeStore<ProviderStore>): void {
  describe(`${name}: store of the provider's models`, () => {
    const store = freshStore(makeStore);
    const expiresAt = NOW + MINUTE;

    it('gives back the last stored payload unchanged', async () => {
      expect(await store().find('AuthorizationCode', 'code-1', NOW)).to.equal(null);
      await store().upsert('AuthorizationCode', 'code-1', CODE, expiresAt);
      expect(await store().find('AuthorizationCode', 'code-1', NOW)).to.deep.equal(CODE);
      await store().upsert('AuthorizationCode', 'code-1', { kind: 'AuthorizationCode' }, expiresAt);
      expect(await store().find('AuthorizationCode', 'code-1', NOW)).to.deep.equal({
        kind: 'AuthorizationCode',
      });
    });

    it('keeps models apart', async () => {
      await store().upsert('AuthorizationCode', 'same', CODE, expiresAt);
      expect(await store().find('AccessToken', 'same', NOW)).to.equal(null);
      expect(await store().consume('AccessToken', 'same', NOW)).to.equal(false);
      expect(await store().destroy('AccessToken', 'same')).to.equal(false);
      expect(await store().find('AuthorizationCode', 'same', NOW)).to.deep.equal(CODE);
    });

    it('knows a payload until it expires [R38]', async () => {
      await store().upsert('Session', 'session-1', { uid: 'uid-1' }, expiresAt);
      for (const [now, there] of [
        [expiresAt - 1, true],
        [expiresAt, false],
      ] as const) {
        expect((await store().find('Session', 'session-1', now)) !== null).to.equal(there);
        expect((await store().findByUid('Session', 'uid-1', now)) !== null).to.equal(there);
      }
      await store().upsert('Session', 'session-1', { uid: 'uid-1' }, expiresAt + MINUTE);
      expect(await store().find('Session', 'session-1', expiresAt)).to.deep.equal({ uid: 'uid-1' });
    });

    it('keeps a payload without an expiry for ever', async () => {
      await store().upsert('Grant', 'grant-1', { accountId: 'account-1' }, null);
      const inAThousandYears = NOW + 1000 * 365 * 24 * 60 * MINUTE;
      expect(await store().find('Grant', 'grant-1', inAThousandYears)).to.deep.equal({
        accountId: 'account-1',
      });
    });

    it('finds a session by its uid, under its newest id', async () => {
      await store().upsert('Session', 'old', { uid: 'uid-1', jti: 'old' }, expiresAt);
      expect(await store().findByUid('Session', 'uid-1', NOW)).to.deep.equal({ uid: 'uid-1', jti: 'old' });
      await store().destroy('Session', 'old');
      await store().upsert('Session', 'new', { uid: 'uid-1', jti: 'new' }, expiresAt);
      expect(await store().findByUid('Session', 'uid-1', NOW)).to.deep.equal({ uid: 'uid-1', jti: 'new' });
      expect(await store().findByUid('Session', 'uid-2', NOW)).to.equal(null);
      expect(await store().findByUid('Interaction', 'uid-1', NOW)).to.equal(null);
    });

    it('lets one of 50 parallel callers consume, and records the time [A44]', async () => {
      await store().upsert('AuthorizationCode', 'code-1', CODE, expiresAt);
      expect(await winners(50, () => store().consume('AuthorizationCode', 'code-1', NOW + 999))).to.equal(1);
      expect(await store().find('AuthorizationCode', 'code-1', NOW + 1000)).to.deep.equal({
        ...CODE,
        consumed: NOW / 1000,
      });
    });

    it('keeps a payload consumed when another is stored over it [A46]', async () => {
      await store().upsert('RefreshToken', 'token-1', CODE, expiresAt);
      await store().consume('RefreshToken', 'token-1', NOW);
      await store().upsert('RefreshToken', 'token-1', CODE, expiresAt);
      expect(await store().consume('RefreshToken', 'token-1', NOW)).to.equal(false);
      expect((await store().find('RefreshToken', 'token-1', NOW))?.consumed).to.equal(NOW / 1000);
    });

    it('treats a payload that is stored as consumed as consumed', async () => {
      await store().upsert('RefreshToken', 'token-1', { ...CODE, consumed: 1_749_999_999 }, expiresAt);
      expect(await store().consume('RefreshToken', 'token-1', NOW)).to.equal(false);
      expect((await store().find('RefreshToken', 'token-1', NOW))?.consumed).to.equal(1_749_999_999);
    });

    it('lets nobody consume an expired, destroyed or unknown payload', async () => {
      await store().upsert('AuthorizationCode', 'expired', CODE, expiresAt);
      await store().upsert('AuthorizationCode', 'destroyed', CODE, expiresAt);
      await store().destroy('AuthorizationCode', 'destroyed');
      expect(await store().consume('AuthorizationCode', 'expired', expiresAt)).to.equal(false);
      expect(await store().consume('AuthorizationCode', 'destroyed', NOW)).to.equal(false);
      expect(await store().consume('AuthorizationCode', 'unknown', NOW)).to.equal(false);
    });

    it('lets one of 50 parallel callers destroy', async () => {
      await store().upsert('Interaction', 'interaction-1', {}, expiresAt);
      expect(await winners(50, () => store().destroy('Interaction', 'interaction-1'))).to.equal(1);
      expect(await store().find('Interaction', 'interaction-1', NOW)).to.equal(null);
    });

    it('revokes the payloads of a grant, of that model only', async () => {
      await store().upsert('AccessToken', 'token-1', { grantId: 'grant-1' }, expiresAt);
      await store().upsert('AccessToken', 'token-2', { grantId: 'grant-1' }, null);
      await store().upsert('AccessToken', 'token-3', { grantId: 'grant-2' }, expiresAt);
      await store().upsert('AccessToken', 'token-4', {}, expiresAt);
      await store().upsert('RefreshToken', 'token-1', { grantId: 'grant-1' }, expiresAt);
      await store().revokeByGrantId('AccessToken', 'grant-1');
      const there = async (model: string, id: string) => (await store().find(model, id, NOW)) !== null;
      expect(await there('AccessToken', 'token-1')).to.equal(false);
      expect(await there('AccessToken', 'token-2')).to.equal(false);
      expect(await there('AccessToken', 'token-3')).to.equal(true);
      expect(await there('AccessToken', 'token-4')).to.equal(true);
      expect(await there('RefreshToken', 'token-1')).to.equal(true);
    });

    it('uses the grant and the uid of the last stored payload', async () => {
      await store().upsert('Session', 'session-1', { uid: 'uid-1', grantId: 'grant-1' }, expiresAt);
      await store().upsert('Session', 'session-1', { uid: 'uid-2', grantId: 'grant-2' }, expiresAt);
      expect(await store().findByUid('Session', 'uid-1', NOW)).to.equal(null);
      await store().revokeByGrantId('Session', 'grant-1');
      expect(await store().findByUid('Session', 'uid-2', NOW)).to.not.equal(null);
      await store().revokeByGrantId('Session', 'grant-2');
      expect(await store().findByUid('Session', 'uid-2', NOW)).to.equal(null);
    });
  });
}
