import { expect } from 'chai';
import { KINDS } from '../support/hosts/guest-kinds.ts';
import { begin, errorOf, interaction, MFA, nextCode, redeem, setUp, signedIn } from './story.ts';

for (const kind of KINDS) {
  describe(`signing in at ${kind.title} [U.6]`, () => {
    const at = interaction(kind);

    it('leads from the host’s login page to the enrolment and then to tokens with its acr [B.6]', async () => {
      const visitor = at.host.visitor();
      const chooser = await begin(at, visitor, 'ann', { scope: 'openid email' });
      expect(chooser.name).to.equal('set-up-choose');
      expect(new URL(chooser.url).pathname).to.match(
        new RegExp(`^${kind.prefix}/interaction/[^/]+/second-factor/set-up$`),
      );
      const { end } = await setUp(at.host, visitor);
      const { claims, tokens } = await redeem(at.rp, end);
      expect(claims).to.include({ sub: 'ann', acr: MFA, shoe_size: 42 });
      expect(claims.amr).to.deep.equal(['pwd', 'otp', 'mfa']);
      expect(claims.auth_time).to.be.a('number');
      expect(tokens.scope).to.equal('openid email');
    });

    it('asks for a code at every later sign-in and accepts the right one [3.3]', async () => {
      const { secret } = await signedIn(at, 'ann');
      const visitor = at.host.visitor();
      expect((await begin(at, visitor, 'ann')).name).to.equal('enter-code');
      const wrong = await visitor.enterCode('000000');
      expect([wrong.status, wrong.name, wrong.error]).to.deep.equal([422, 'enter-code', 'code_invalid']);
      const { claims } = await redeem(at.rp, await visitor.enterCode(nextCode(at.host, secret)));
      expect(claims).to.include({ sub: 'ann', acr: MFA });
    });

    it('refuses a TOTP code that was used before [A32]', async () => {
      const { secret } = await signedIn(at, 'ann');
      const code = nextCode(at.host, secret);
      const first = at.host.visitor();
      await begin(at, first, 'ann');
      expect((await redeem(at.rp, await first.enterCode(code))).claims.sub).to.equal('ann');
      const second = at.host.visitor();
      await begin(at, second, 'ann');
      expect((await second.enterCode(code)).error).to.equal('code_used');
    });

    it('issues nothing when the person stops at the second factor [A2]', async () => {
      const visitor = at.host.visitor();
      await begin(at, visitor, 'ann');
      const silent = await visitor.open(await at.rp.authorizationUrl({ prompt: 'none' }));
      expect(errorOf(silent)).to.equal('interaction_required');
      const again = await visitor.open(await at.rp.authorizationUrl());
      expect(again.name).to.equal('set-up-choose');
    });

    it('returns an error to the relying party when the person cancels', async () => {
      const visitor = at.host.visitor();
      const page = await begin(at, visitor, 'ann');
      expect(errorOf(await visitor.follow(await visitor.submit(page, {}, 'cancel')))).to.equal(
        'access_denied',
      );
    });

    it('names the service, the application and the account', async () => {
      const visitor = at.host.visitor();
      await begin(at, visitor, 'ann');
      const page = await visitor.chooseMethod('totp');
      expect(page.$('title').text()).to.contain('Acme');
      const uri = page.$('a[href^="otpauth:"]').attr('href') ?? '';
      expect(decodeURIComponent(uri)).to.contain('/Acme:ann@host.test?').and.to.contain('issuer=Acme');
      expect(page.$('button[name=cancel]').text()).not.to.equal('');
      const { secret } = await setUp(at.host, visitor);
      const later = at.host.visitor();
      await begin(at, later, 'ann');
      expect(later.page.$('button[name=cancel]').text()).to.contain('The rp shop');
      await later.enterCode(nextCode(at.host, secret));
    });

    it('signs in with the password alone when the policy asks for nothing more, and reports it', async () => {
      await at.host.restart({ policy: { enforcement: 'optional' } });
      const { claims } = await redeem(at.rp, await begin(at, at.host.visitor(), 'bob'));
      expect(claims).to.include({ sub: 'bob', acr: 'https://refeds.org/profile/sfa' });
      expect(claims.amr).to.deep.equal(['pwd']);
    });
  });
}
