/** While grace lasts a session without the required factor passes; after it nothing does. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import { DAY, HOUR } from '../machine-clock.ts';
import {
  askAgain,
  claimsOf,
  errorOf,
  interaction,
  redeem,
  refresh,
  refusal,
  SFA,
  signIn,
  tenantsWith,
  tokensFor,
} from '../story.ts';

const OFFLINE = { scope: 'openid offline_access' };
const GRACE_DAYS = 3;
const GRACE = tenantsWith('open', { enforcement: 'required', grace_days: GRACE_DAYS });

describe('the grace period', () => {
  const at = interaction();
  afterEach(() => at.app.reload(tenantsWith('open', {})));

  it('lets SSO, prompt=none and refresh pass until its end only [B.2]', async () => {
    const { visitor, tokens } = await tokensFor(at.app, at.rp, 'new@open.test', OFFLINE);
    await at.app.reload(GRACE);
    const none = await askAgain(visitor, at.rp, { prompt: 'none' });
    expect((await redeem(at.rp, none)).claims.acr).to.equal(SFA);
    expect(errorOf(await askAgain(visitor, at.rp))).to.equal(null);
    at.clock.nextStep(GRACE_DAYS * DAY - HOUR);
    const next = await refresh(at.rp, tokens.refresh_token);
    expect(claimsOf(next).acr).to.equal(SFA);
    at.clock.nextStep(2 * HOUR);
    expect(await refusal(refresh(at.rp, next.refresh_token))).to.equal('invalid_grant');
    const page = await signIn(at.app, visitor, await at.rp.authorizationUrl(), 'new@open.test');
    expect(page.name).to.equal('set-up-totp');
  });

  it('starts with a refresh when that finds the policy unmet [B.2]', async () => {
    const { visitor, tokens } = await tokensFor(at.app, at.rp, 'boss@open.test', OFFLINE);
    await at.app.reload(GRACE);
    const next = await refresh(at.rp, tokens.refresh_token);
    at.clock.nextStep(2 * DAY);
    // No new grace period starts: the session ended meanwhile, and the date did not move.
    const page = await signIn(at.app, visitor, await at.rp.authorizationUrl(), 'boss@open.test');
    expect(page.name).to.equal('set-up-choose');
    expect(errorOf(await visitor.follow(await visitor.submit(page, {}, 'later')))).to.equal(null);
    at.clock.nextStep(DAY - HOUR);
    const after = await refresh(at.rp, next.refresh_token);
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal(null);
    at.clock.nextStep(2 * HOUR);
    expect(await refusal(refresh(at.rp, after.refresh_token))).to.equal('invalid_grant');
    const end = await askAgain(visitor, at.rp, { prompt: 'none' });
    expect(errorOf(end)).to.be.oneOf(['interaction_required', 'login_required']);
  });

  it('covers the policy of the tenant, not a level that is asked for, nor a client that always wants two [B.2]', async () => {
    await at.app.reload(tenantsWith('plain', { enforcement: 'required', grace_days: 3, methods: ['totp'] }));
    const { visitor } = await tokensFor(at.app, at.rp, 'app@plain.test');
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal(null);
    const newcomer = at.app.visitor();
    const page = await signIn(at.app, newcomer, await at.rp.authorizationUrl(), 'new@plain.test');
    expect(page.name).to.equal('set-up-choose');
    await newcomer.follow(await newcomer.submit(page, {}, 'later'));
    const asked = { prompt: 'none', acr_values: 'https://refeds.org/profile/mfa' };
    expect(errorOf(await askAgain(newcomer, at.rp, asked))).to.equal('interaction_required');
    const always = await at.app.relyingParty('always');
    expect(errorOf(await askAgain(newcomer, always, { prompt: 'none' }))).to.equal('interaction_required');
    expect((await askAgain(newcomer, always)).$('[name=later]')).to.have.length(0);
  });

  it('asks at each sign-in, and accepts "later" for that session [B.2]', async () => {
    await at.app.reload(tenantsWith('plain', { enforcement: 'required', grace_days: 3, methods: ['totp'] }));
    for (const _time of [1, 2]) {
      const visitor = at.app.visitor();
      await visitor.open(await at.rp.authorizationUrl());
      const page = await visitor.signIn('boss@plain.test', PASSWORD);
      expect(page.name).to.equal('set-up-choose');
      const end = await visitor.follow(await visitor.submit(page, {}, 'later'));
      expect((await redeem(at.rp, end)).claims.acr).to.equal(SFA);
      expect(errorOf(await askAgain(visitor, at.rp))).to.equal(null);
    }
  });
});
