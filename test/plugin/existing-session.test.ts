import { expect } from 'chai';
import { ResponseBodyError, refreshTokenGrant, tokenIntrospection } from 'openid-client';
import { KINDS } from '../support/hosts/guest-kinds.ts';
import type { RelyingParty } from '../support/hosts/relying-party.ts';
import { begin, errorOf, interaction, login, MFA, redeem, setUp, signedIn } from './story.ts';

/** The library gives `offline_access` only where consent is asked for. */
const OFFLINE = { scope: 'openid offline_access', prompt: 'consent' };

for (const kind of KINDS) {
  describe(`an existing session at ${kind.title} [B.2]`, () => {
    const at = interaction(kind, { options: { policy: { enforcement: 'optional' } } });

    it('is asked for more once the policy is tighter [A79]', async () => {
      const visitor = at.host.visitor();
      await redeem(at.rp, await begin(at, visitor, 'ann'));
      await redeem(at.rp, await visitor.open(await at.rp.authorizationUrl()));

      await at.host.restart({ policy: { enforcement: 'required' } });
      const silent = await visitor.open(await at.rp.authorizationUrl({ prompt: 'none' }));
      expect(errorOf(silent)).to.equal('interaction_required');
      expect((await visitor.open(await at.rp.authorizationUrl())).name).to.equal('set-up-choose');
      const { end } = await setUp(at.host, visitor);
      expect((await redeem(at.rp, end)).claims.acr).to.equal(MFA);
    });

    it('loses its refresh and access tokens once its sign-in no longer suffices [A80]', async () => {
      const visitor = at.host.visitor();
      const { tokens } = await redeem(at.rp, await begin(at, visitor, 'ann', OFFLINE));
      const refreshed = await refreshTokenGrant(at.rp.configuration, tokens.refresh_token ?? '');
      expect(refreshed.claims()).to.include({ sub: 'ann' });
      expect(await isActive(at.rp, refreshed.access_token)).to.equal(true);

      await at.host.restart({ policy: { enforcement: 'required' } });
      const asked = refreshTokenGrant(at.rp.configuration, refreshed.refresh_token ?? '');
      expect(await errorOfGrant(asked)).to.equal('invalid_grant');
      expect(await isActive(at.rp, refreshed.access_token)).to.equal(false);
    });

    it('keeps its tokens when a second factor was given', async () => {
      await at.host.restart({ policy: { enforcement: 'required' } });
      const { tokens } = await signedIn(at, 'bob', OFFLINE);
      await at.host.restart({ policy: { enforcement: 'required', graceDays: 3 } });
      const refreshed = await refreshTokenGrant(at.rp.configuration, tokens.refresh_token ?? '');
      expect(refreshed.claims()).to.include({ sub: 'bob', acr: MFA });
    });

    it('ends with the account', async () => {
      const { visitor, tokens } = await signedIn(at, 'cas', { ...OFFLINE, acr_values: MFA });
      at.host.people.delete('cas');
      const asked = refreshTokenGrant(at.rp.configuration, tokens.refresh_token ?? '');
      expect(await errorOfGrant(asked)).to.equal('invalid_grant');
      expect((await visitor.open(await at.rp.authorizationUrl())).name).to.equal('host-login');
    });

    it('must enrol again once support has removed the lost factor [4.4]', async () => {
      await at.host.restart({ policy: { enforcement: 'required' } });
      const { visitor, tokens } = await signedIn(at, 'bob', OFFLINE);
      const factors = await at.host.lock.factors.list('bob');
      expect(factors.map(({ method }) => method)).to.have.members(['totp', 'recovery']);
      for (const factor of factors) expect(factor).not.to.have.property('secret');
      expect(await at.host.lock.factors.remove('bob', 'all')).to.deep.equal(factors);

      const asked = refreshTokenGrant(at.rp.configuration, tokens.refresh_token ?? '');
      expect(await errorOfGrant(asked)).to.equal('invalid_grant');
      expect((await visitor.open(await at.rp.authorizationUrl())).name).to.equal('host-login');
      expect((await login(visitor, 'bob')).name).to.equal('set-up-choose');
      const events = await at.host.stores.durable.audit.list({ accountId: 'bob', limit: 20 });
      expect(events.map(({ event }) => event)).to.include('enrolment.removed');
    });

    it('from before the plugin counts as none, without a message to the person', async () => {
      const visitor = at.host.visitor();
      await redeem(at.rp, await begin(at, visitor, 'dan'));
      const [record] = await at.host.stores.durable.records.listByAccount('dan', at.host.clock.now());
      await at.host.stores.durable.records.remove(String(record?.sessionUid));
      expect((await visitor.open(await at.rp.authorizationUrl())).name).to.equal('host-login');
      expect((await redeem(at.rp, await login(visitor, 'dan'))).claims.sub).to.equal('dan');
    });
  });
}

async function isActive(rp: RelyingParty, token: string): Promise<boolean> {
  return (await tokenIntrospection(rp.configuration, token)).active;
}

async function errorOfGrant(asked: Promise<unknown>): Promise<string> {
  const refused = await asked.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(refused instanceof ResponseBodyError)) throw refused ?? new Error('it was not refused');
  return refused.error;
}
