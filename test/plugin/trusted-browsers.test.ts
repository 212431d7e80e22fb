import { expect } from 'chai';
import { refreshTokenGrant, tokenIntrospection } from 'openid-client';
import { OVERLAP_MS } from '../../src/domain/sign-in/trusted-browser.ts';
import { KINDS } from '../support/hosts/guest-kinds.ts';
import type { Page } from '../support/pages/page.ts';
import type { Visitor } from '../support/visitor.ts';
import { begin, errorOf, interaction, MFA, nextCode, redeem, SFA, signedIn } from './story.ts';

const POLICY = { enforcement: 'required', methods: ['totp'], trustedDevices: true } as const;
/** The library gives `offline_access` only where consent is asked for. */
/** An account of which nothing has ended. */
const account = (id: string) => ({ id, endsBefore: null, frozenAt: null, disabledAt: null });

const OFFLINE = { scope: 'openid offline_access', prompt: 'login consent' };

for (const kind of KINDS) {
  describe(`a trusted browser, at ${kind.title}`, () => {
    const at = interaction(kind, { options: { policy: POLICY } });

    /** Past the password, in a browser that may be signed in. */
    const again = (visitor: Visitor, name: string, parameters: Readonly<Record<string, string>> = {}) =>
      begin(at, visitor, name, { prompt: 'login', ...parameters });

    /** Sets an app up, and ticks the box at the next sign-in; gives the answer to that. */
    async function trust(name: string): Promise<{ visitor: Visitor; secret: string; answer: Page }> {
      const { visitor, secret } = await signedIn(at, name);
      const page = await again(visitor, name);
      expect(page.$('[name=trust_device]').length).to.equal(1);
      const answer = await visitor.submit(page, { code: nextCode(at.host, secret), trust_device: '1' });
      expect((await redeem(at.rp, await visitor.follow(answer))).claims.acr).to.equal(MFA);
      return { visitor, secret, answer };
    }

    it('is recognised by its own cookie and asked for the password alone', async () => {
      const { visitor, answer } = await trust('ann');
      const cookie = answer.headers['set-cookie']?.find((line) => line.startsWith('second-factor-trusted-'));
      expect(cookie).to.include('; path=/;').and.include('; samesite=lax').and.include('; httponly');
      const { claims } = await redeem(at.rp, await again(visitor, 'ann'));
      expect(claims.acr).to.equal(SFA);
      expect(claims.amr).to.deep.equal(['pwd']);
      const [browser] = await at.host.useCases.trustedBrowsers.list(account('ann'));
      expect(browser?.lastUsedFor).to.equal('The rp shop');
    });

    it('satisfies neither a requested acr, nor a client that always asks, nor another account', async () => {
      const { visitor } = await trust('bob');
      expect((await again(visitor, 'bob', { acr_values: MFA })).name).to.equal('enter-code');
      await signedIn(at, 'cas');
      const other = at.host.visitor();
      const kept = visitor.jar
        .getCookiesSync(at.host.origin)
        .find(({ key }) => key.startsWith('second-factor-trusted-'));
      other.jar.setCookieSync(String(kept), at.host.origin);
      expect((await again(other, 'cas')).name).to.equal('enter-code');
      const always = await at.host.relyingParty('always');
      expect((await begin({ ...at, rp: always }, visitor, 'bob', { prompt: 'login' })).name).to.equal(
        'enter-code',
      );
    });

    it('is asked for a code again once its trust is revoked or no longer allowed [B.2]', async () => {
      const { visitor } = await trust('dan');
      const { tokens } = await redeem(at.rp, await again(visitor, 'dan', OFFLINE));
      const silent = async () =>
        errorOf(await visitor.open(await at.rp.authorizationUrl({ prompt: 'none' })));
      expect(await silent()).to.equal(null);

      await at.host.restart({ policy: { ...POLICY, trustedDevices: false } });
      expect(await silent()).to.equal('interaction_required');
      expect((await tokenIntrospection(at.rp.configuration, tokens.access_token)).active).to.equal(false);
      await at.host.restart({ policy: POLICY });
      expect(await silent()).to.equal(null);

      await at.host.stores.durable.trustedBrowsers.removeAll('dan');
      expect(await silent()).to.equal('interaction_required');
      const refused = await refreshTokenGrant(at.rp.configuration, tokens.refresh_token ?? '').then(
        () => null,
        String,
      );
      expect(refused).not.to.equal(null);
    });

    it('whose older cookie comes back is asked for a code, and is trusted no more [A116]', async () => {
      const { visitor } = await trust('cas');
      const copy = visitor.jar
        .getCookiesSync(at.host.origin)
        .find(({ key }) => key.startsWith('second-factor-trusted-'));
      const thief = at.host.visitor();
      thief.jar.setCookieSync(String(copy), at.host.origin);
      await redeem(at.rp, await again(visitor, 'cas'));
      at.host.clock.nextStep(OVERLAP_MS + 1);
      expect((await again(thief, 'cas')).name).to.equal('enter-code');
      expect(await at.host.useCases.trustedBrowsers.list(account('cas'))).to.deep.equal([]);
      expect((await again(visitor, 'cas')).name).to.equal('enter-code');
    });

    it('is asked for a code again after support has removed a factor [A58]', async () => {
      const { visitor } = await trust('ann');
      await at.host.lock.factors.remove('ann', 'all');
      expect(await at.host.useCases.trustedBrowsers.list(account('ann'))).to.deep.equal([]);
      expect((await again(visitor, 'ann')).name).to.equal('set-up-choose');
    });
  });
}

describe('a trusted browser with options of the host', () => {
  const [bare] = KINDS;
  if (!bare) throw new Error('there is no host');
  const at = interaction(bare, {
    options: { policy: POLICY, trustedCookieName: 'acme-trust', trustDays: 2 },
  });

  it('has the cookie name and the days of the options', async () => {
    const { visitor, secret } = await signedIn(at, 'ann');
    const page = await begin(at, visitor, 'ann', { prompt: 'login' });
    expect(page.$('main').text()).to.include('for 2 days');
    await visitor.follow(await visitor.submit(page, { code: nextCode(at.host, secret), trust_device: '1' }));
    expect(visitor.jar.getCookieStringSync(at.host.origin)).to.match(/acme-trust-[\w-]{11}=/);
    const [browser] = await at.host.useCases.trustedBrowsers.list(account('ann'));
    expect(Number(browser?.expiresAt) - at.host.clock.now()).to.equal(2 * 24 * 60 * 60 * 1000);
  });

  it('is not offered where the host’s policy forbids it [A13]', async () => {
    await at.host.restart({ policy: { ...POLICY, trustedDevices: false } });
    const { visitor, secret } = await signedIn(at, 'bob');
    const page = await begin(at, visitor, 'bob', { prompt: 'login' });
    expect(page.$('[name=trust_device]').length).to.equal(0);
    const fields = { code: nextCode(at.host, secret), trust_device: '1' };
    await redeem(at.rp, await visitor.follow(await visitor.submit(page, fields)));
    expect(visitor.jar.getCookieStringSync(at.host.origin)).not.to.include('trust');
    expect(await at.host.useCases.trustedBrowsers.list(account('bob'))).to.deep.equal([]);
  });
});
