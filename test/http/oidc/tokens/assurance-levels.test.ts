/** acr, amr and auth_time tell what happened: after each way of signing in, on SSO, and after a step-up. */
import { expect } from 'chai';
import { MINUTE } from '../machine-clock.ts';
import {
  askAgain,
  claimsOf,
  interaction,
  MFA,
  nextCode,
  redeem,
  refresh,
  SFA,
  setUpApp,
  signIn,
  TWO_STEP,
  tokensFor,
} from '../story.ts';

describe('levels', () => {
  const at = interaction();

  it('report one factor after a password [A76]', async () => {
    const { claims } = await tokensFor(at.app, at.rp, 'new@plain.test');
    expect(claims.acr).to.equal(SFA);
    expect(claims.amr).to.deep.equal(['pwd']);
  });

  it('report two factors and their time after a password and a code [A76]', async () => {
    const { claims } = await tokensFor(at.app, at.rp, 'app@strict.test');
    expect(claims.acr).to.equal(MFA);
    expect(claims.amr).to.deep.equal(['pwd', 'otp', 'mfa']);
    expect(claims.auth_time).to.be.closeTo(at.clock.now() / 1000, 3);
  });

  it('report two factors after a forced enrolment [A76]', async () => {
    const visitor = at.app.visitor();
    await signIn(at.app, visitor, await at.rp.authorizationUrl(), 'new@strict.test');
    const { end } = await setUpApp(at.app, visitor);
    const { claims } = await redeem(at.rp, end);
    expect(claims.acr).to.equal(MFA);
    expect(claims.amr).to.deep.equal(['pwd', 'otp', 'mfa']);
    expect(claims.auth_time).to.be.closeTo(at.clock.now() / 1000, 3);
  });

  it('report the same at the second relying party, without a page between (U.3) [A76]', async () => {
    const { visitor, claims } = await tokensFor(at.app, at.rp, 'app@open.test');
    at.clock.nextStep(10 * MINUTE);
    const rp2 = await at.app.relyingParty('rp2');
    const again = await redeem(rp2, await askAgain(visitor, rp2, { prompt: 'none' }));
    expect(again.claims).to.include({ aud: 'rp2', sub: claims.sub, acr: MFA, auth_time: claims.auth_time });
    expect(again.claims.amr).to.deep.equal(claims.amr);
  });

  it('let a higher level satisfy a lower one, and report the level reached [A76]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'app@open.test');
    for (const acr_values of [SFA, TWO_STEP, MFA, `${SFA} ${MFA}`]) {
      const end = await askAgain(visitor, at.rp, { acr_values, prompt: 'none' });
      expect((await redeem(at.rp, end)).claims.acr).to.equal(MFA);
    }
  });

  it('add the factor of a step-up to acr and amr, and keep auth_time [A76]', async () => {
    const { visitor, claims } = await tokensFor(at.app, at.rp, 'new@open.test');
    expect(claims.acr).to.equal(SFA);
    at.clock.nextStep(10 * MINUTE);
    const page = await askAgain(visitor, at.rp, { acr_values: MFA });
    expect(page.name).to.equal('set-up-choose');
    const { end } = await setUpApp(at.app, visitor);
    const raised = await redeem(at.rp, end);
    expect(raised.claims).to.include({ sub: claims.sub, acr: MFA, auth_time: claims.auth_time });
    expect(raised.claims.amr).to.deep.equal(['pwd', 'otp', 'mfa']);
  });

  it('ask for the code alone when the session has only the password [A76]', async () => {
    // Set up in one browser, while another one is signed in with the password alone.
    const other = await tokensFor(at.app, at.rp, 'boss@open.test');
    const { visitor } = await tokensFor(at.app, at.rp, 'boss@open.test');
    await askAgain(visitor, at.rp, { acr_values: MFA });
    const { secret } = await setUpApp(at.app, visitor);

    const page = await askAgain(other.visitor, at.rp);
    expect(page.name).to.equal('enter-code');
    const end = await other.visitor.enterCode(nextCode(at.app, secret));
    const { claims } = await redeem(at.rp, end);
    expect(claims).to.include({ acr: MFA, auth_time: other.claims.auth_time });
  });

  it('keep the level of a refresh token, whatever the session does afterwards [A76]', async () => {
    const offline = { scope: 'openid offline_access' };
    const { visitor, tokens, claims } = await tokensFor(at.app, at.rp, 'boss@plain.test', offline);
    expect(claims.acr).to.equal(SFA);
    await askAgain(visitor, at.rp, { acr_values: MFA });
    await setUpApp(at.app, visitor);
    const refreshed = claimsOf(await refresh(at.rp, tokens.refresh_token));
    expect(refreshed).to.include({ acr: SFA, auth_time: claims.auth_time });
  });
});
