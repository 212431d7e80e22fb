import { expect } from 'chai';
import { KINDS } from '../support/hosts/guest-kinds.ts';
import { begin, errorOf, interaction, login, MFA, nextCode, redeem, SFA, setUp, signedIn } from './story.ts';

for (const kind of KINDS) {
  describe(`requested assurance at ${kind.title} [U.6]`, () => {
    const at = interaction(kind, { options: { policy: { enforcement: 'optional' } } });

    it('steps up a live session for acr_values and keeps its auth_time', async () => {
      const visitor = at.host.visitor();
      const before = await redeem(at.rp, await begin(at, visitor, 'ann'));
      expect(before.claims.acr).to.equal(SFA);
      const page = await visitor.open(await at.rp.authorizationUrl({ acr_values: MFA }));
      expect(page.name).to.equal('set-up-choose');
      const after = await redeem(at.rp, (await setUp(at.host, visitor)).end);
      expect(after.claims).to.include({ acr: MFA, auth_time: before.claims.auth_time });
      expect(after.claims.amr).to.deep.equal(['pwd', 'otp', 'mfa']);
    });

    it('asks for the second factor for an essential acr, and returns an error when the person cancels [A77]', async () => {
      const visitor = at.host.visitor();
      const claims = JSON.stringify({ id_token: { acr: { essential: true, values: [MFA] } } });
      expect((await begin(at, visitor, 'ann', { claims })).name).to.equal('set-up-choose');
      const left = await visitor.follow(await visitor.submit(visitor.page, {}, 'cancel'));
      expect(errorOf(left)).to.equal('access_denied');
    });

    it('returns an error for an acr that cannot be reached [A78]', async () => {
      for (const acr of ['phr', 'urn:somebody:elses:level']) {
        const end = await begin(at, at.host.visitor(), 'ann', { acr_values: acr });
        expect(errorOf(end), acr).to.equal('unmet_authentication_requirements');
      }
    });

    it('answers prompt=none with the existing session or with an error', async () => {
      const { visitor, claims } = await signedIn(at, 'ann', { acr_values: MFA });
      const silent = await redeem(
        at.rp,
        await visitor.open(await at.rp.authorizationUrl({ prompt: 'none' })),
      );
      expect(silent.claims).to.include({ acr: MFA, auth_time: claims.auth_time });

      const stranger = await at.host.visitor().open(await at.rp.authorizationUrl({ prompt: 'none' }));
      expect(errorOf(stranger)).to.equal('login_required');

      const weaker = at.host.visitor();
      await redeem(at.rp, await begin(at, weaker, 'bob'));
      const wanted = await at.rp.authorizationUrl({ prompt: 'none', acr_values: MFA });
      expect(errorOf(await weaker.open(wanted))).to.equal('interaction_required');
    });

    it('asks for both factors again for prompt=login', async () => {
      const { visitor, secret } = await signedIn(at, 'ann', { acr_values: MFA });
      await visitor.open(await at.rp.authorizationUrl({ prompt: 'login' }));
      expect(visitor.page.name).to.equal('host-login');
      expect((await login(visitor, 'ann')).name).to.equal('enter-code');
      expect((await redeem(at.rp, await visitor.enterCode(nextCode(at.host, secret)))).claims.acr).to.equal(
        MFA,
      );
    });

    it('lets nobody without a second factor reach a client that always requires one', async () => {
      const always = await at.host.relyingParty('always');
      const visitor = at.host.visitor();
      await visitor.open(await always.authorizationUrl());
      expect((await login(visitor, 'ann')).name).to.equal('set-up-choose');
      const { end } = await setUp(at.host, visitor);
      expect((await redeem(always, end)).claims.acr).to.equal(MFA);
    });

    it('lists the acr values in the metadata beside the issuer’s endpoints', () => {
      const metadata = at.rp.configuration.serverMetadata();
      expect(metadata.acr_values_supported).to.include.members([SFA, MFA, 'phr']);
      expect(metadata.authorization_endpoint).to.equal(`${at.host.issuer}/auth`);
    });
  });
}

for (const kind of KINDS) {
  describe(`the grace period of an enrolment at ${kind.title} [1.3]`, () => {
    const at = interaction(kind, { options: { policy: { enforcement: 'required', graceDays: 3 } } });

    it('is shown at sign-in, covers silent sign-ins, and ends', async () => {
      const visitor = at.host.visitor();
      const page = await begin(at, visitor, 'ann');
      expect(page.name).to.equal('set-up-choose');
      const end = await visitor.follow(await visitor.submit(page, {}, 'later'));
      expect((await redeem(at.rp, end)).claims.acr).to.equal(SFA);
      const silent = await visitor.open(await at.rp.authorizationUrl({ prompt: 'none' }));
      expect((await redeem(at.rp, silent)).claims.acr).to.equal(SFA);

      at.host.clock.nextStep(3 * 86_400_000 + 1);
      expect(errorOf(await visitor.open(await at.rp.authorizationUrl({ prompt: 'none' })))).to.equal(
        'interaction_required',
      );
      const due = await begin(at, at.host.visitor(), 'ann');
      expect(due.name).to.equal('set-up-choose');
      expect(due.$('button[name=later]').length).to.equal(0);
    });
  });
}
