/** Signing in again in a live session: prompt=login, max_age, and hints about who it should be. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import { MINUTE } from '../machine-clock.ts';
import {
  answerOf,
  askAgain,
  confidential,
  errorOf,
  interaction,
  MFA,
  nextCode,
  redeem,
  SFA,
  type SignedIn,
  tokensFor,
  withClients,
} from '../story.ts';

describe('a repeated sign-in', () => {
  const at = interaction(() => withClients(confidential('hourly', { default_max_age: 3600 })));

  for (const [what, parameters] of [
    ['prompt=login', { prompt: 'login' }],
    ['max_age=0', { max_age: '0' }],
    ['max_age that has passed', { max_age: '600' }],
  ] as const) {
    it(`asks for both factors at ${what}, and reports the new auth_time [A76]`, async () => {
      const { visitor, claims } = await tokensFor(at.app, at.rp, 'app@open.test');
      at.clock.nextStep(20 * MINUTE);
      const page = await askAgain(visitor, at.rp, parameters);
      expect(page.name).to.equal('sign-in');
      expect(page.$('[name=email]').attr('value')).to.equal('app@open.test');
      expect((await visitor.signIn('app@open.test', PASSWORD)).name).to.equal('enter-code');
      const again = await redeem(at.rp, await visitor.enterCode(nextCode(at.app)));
      expect(again.claims).to.include({ sub: claims.sub, acr: MFA });
      expect(again.claims.amr).to.deep.equal(['pwd', 'otp', 'mfa']);
      expect(again.claims.auth_time).to.be.closeTo(at.clock.now() / 1000, 3);
    });

    it(`asks for the password alone at ${what}, where no factor was given [A76]`, async () => {
      const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
      at.clock.nextStep(20 * MINUTE);
      await askAgain(visitor, at.rp, parameters);
      const again = await redeem(at.rp, await visitor.signIn('new@open.test', PASSWORD));
      expect(again.claims.acr).to.equal(SFA);
      expect(again.claims.auth_time).to.be.closeTo(at.clock.now() / 1000, 3);
    });
  }

  it('reports the new auth_time at every relying party of the session [A76]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    at.clock.nextStep(20 * MINUTE);
    await askAgain(visitor, at.rp, { prompt: 'login' });
    const again = await redeem(at.rp, await visitor.signIn('new@open.test', PASSWORD));
    const rp2 = await at.app.relyingParty('rp2');
    const other = await redeem(rp2, await askAgain(visitor, rp2, { max_age: '60' }));
    expect(other.claims.auth_time).to.equal(again.claims.auth_time);
  });

  it('accepts a session as old as max_age [A76]', async () => {
    const { visitor, claims } = await tokensFor(at.app, at.rp, 'app@open.test');
    at.clock.nextStep(20 * MINUTE);
    const end = await askAgain(visitor, at.rp, { max_age: '3600' });
    expect((await redeem(at.rp, end)).claims.auth_time).to.equal(claims.auth_time);
  });

  it("takes max_age from the client's registration where the request has none [A76]", async () => {
    const hourly = await at.app.relyingParty('hourly');
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    expect(answerOf(await askAgain(visitor, hourly)).has('code')).to.equal(true);
    at.clock.nextStep(61 * MINUTE);
    expect((await askAgain(visitor, hourly)).name).to.equal('sign-in');
  });

  it('is not possible with prompt=none [A78]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    at.clock.nextStep(20 * MINUTE);
    const old = await askAgain(visitor, at.rp, { max_age: '600', prompt: 'none' });
    expect(errorOf(old)).to.equal('login_required');
    const zero = await askAgain(visitor, at.rp, { max_age: '0', prompt: 'none' });
    expect(errorOf(zero)).to.be.oneOf(['login_required', 'invalid_request']);
  });

  it('is still required by max_age after a step-up [A76]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'app@plain.test');
    at.clock.nextStep(20 * MINUTE);
    await askAgain(visitor, at.rp, { acr_values: MFA });
    const raised = await redeem(at.rp, await visitor.enterCode(nextCode(at.app)));
    expect(raised.claims.acr).to.equal(MFA);
    expect((await askAgain(visitor, at.rp, { max_age: '600' })).name).to.equal('sign-in');
  });

  it('asks for the requested level as well [A76]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'app@plain.test');
    await askAgain(visitor, at.rp, { prompt: 'login', acr_values: MFA });
    expect((await visitor.signIn('app@plain.test', PASSWORD)).name).to.equal('enter-code');
  });

  it('keeps the old session while the new sign-in has the password alone [A4]', async () => {
    const { visitor, claims } = await tokensFor(at.app, at.rp, 'app@open.test');
    at.clock.nextStep(20 * MINUTE);
    await askAgain(visitor, at.rp, { prompt: 'login' });
    await visitor.signIn('app@open.test', PASSWORD);
    const end = await askAgain(visitor, at.rp, { prompt: 'none' });
    expect((await redeem(at.rp, end)).claims.auth_time).to.equal(claims.auth_time);
  });

  it('fills in the e-mail address of login_hint, and uses it for nothing else [U.3]', async () => {
    const visitor = at.app.visitor();
    const page = await visitor.open(
      await at.rp.authorizationUrl({ login_hint: 'app@open.test"><hint-tag>' }),
    );
    expect(page.$('[name=email]').attr('value')).to.equal('app@open.test"><hint-tag>');
    expect(page.$('hint-tag')).to.have.length(0);
    const end = await visitor.signIn('new@open.test', PASSWORD);
    expect((await redeem(at.rp, end)).claims.acr).to.equal(SFA);
  });

  it('is not needed when id_token_hint names the account that is signed in [U.3]', async () => {
    const { visitor, tokens } = await tokensFor(at.app, at.rp, 'new@open.test');
    const end = await askAgain(visitor, at.rp, { id_token_hint: tokens.id_token ?? '', prompt: 'none' });
    expect(answerOf(end).has('code')).to.equal(true);
  });

  for (const [how, wanting] of [
    ['id_token_hint', ({ tokens }) => ({ id_token_hint: tokens.id_token ?? '' })],
    [
      'a sub among the claims',
      ({ claims: { sub } }) => ({ claims: `{"id_token":{"sub":{"value":"${sub}"}}}` }),
    ],
  ] as const satisfies readonly [string, (who: SignedIn) => Record<string, string>][]) {
    it(`never answers for another account than ${how} names (OIDC Core 3.1.2.1) [U.3]`, async () => {
      const wanted = wanting(await tokensFor(at.app, at.rp, 'new@plain.test'));
      const { visitor, claims } = await tokensFor(at.app, at.rp, 'new@open.test');
      expect(errorOf(await askAgain(visitor, at.rp, { ...wanted, prompt: 'none' }))).to.equal(
        'login_required',
      );
      const page = await askAgain(visitor, at.rp, wanted);
      expect(page.name).to.equal('sign-in');
      expect(page.$('[name=email]').attr('value') ?? '').to.equal('');
      expect((await visitor.signIn('new@open.test', PASSWORD)).error).to.equal('forbidden');
      const away = await visitor.follow(await visitor.submit(visitor.page, {}, 'cancel'));
      expect(errorOf(away)).to.equal('access_denied');
      const still = await redeem(at.rp, await askAgain(visitor, at.rp, { prompt: 'none' }));
      expect(still.claims).to.include({ sub: claims.sub, auth_time: claims.auth_time });
    });

    it(`answers for the account that ${how} names, once it signs in [U.3]`, async () => {
      const before = await tokensFor(at.app, at.rp, 'new@plain.test');
      const end = await askAgain(at.app.visitor(), at.rp, wanting(before));
      expect(end.name).to.equal('sign-in');
      const again = await tokensFor(at.app, at.rp, 'new@plain.test', wanting(before));
      expect(again.claims.sub).to.equal(before.claims.sub);
    });
  }

  it('refuses an id_token_hint of another client or another issuer [U.3]', async () => {
    const { tokens } = await tokensFor(at.app, at.rp, 'new@open.test');
    const [head, body, signature] = (tokens.id_token ?? '').split('.');
    const forged = `${head}.${body}.${signature?.split('').reverse().join('')}`;
    const asked = await askAgain(at.app.visitor(), at.rp, { id_token_hint: forged });
    expect(errorOf(asked)).to.equal('invalid_request');
    const rp2 = await at.app.relyingParty('rp2');
    const foreign = await askAgain(at.app.visitor(), rp2, { id_token_hint: tokens.id_token ?? '' });
    expect(errorOf(foreign)).to.equal('invalid_request');
  });
});
