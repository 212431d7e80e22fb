/** How long a session lasts, and what its cookie is worth. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import { HOUR, MINUTE } from '../machine-clock.ts';
import { askAgain, errorOf, interaction, MFA, nextCode, redeem, signIn, tokensFor } from '../story.ts';

describe('a session', () => {
  const at = interaction();

  const cookies = (visitor: { jar: { getCookieStringSync(url: string): string } }) =>
    visitor.jar.getCookieStringSync(at.app.origin);

  it('lasts 24 hours from the sign-in, however often it is used [U.3]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'app@open.test');
    for (let hour = 1; hour < 24; hour += 1) {
      at.clock.nextStep(HOUR);
      expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' })), `after ${hour} h`).to.equal(null);
    }
    at.clock.nextStep(HOUR - MINUTE);
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal(null);
    at.clock.nextStep(2 * MINUTE);
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal('login_required');
    expect((await visitor.open('/account/security')).name).to.equal('sign-in');
  });

  it('ends in the store too, not in the browser alone [U.3]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'app@open.test');
    const kept = cookies(visitor);
    at.clock.nextStep(24 * HOUR + MINUTE);
    const replayed = await at.app
      .visitor()
      .get(await at.rp.authorizationUrl({ prompt: 'none' }), { cookie: kept });
    expect(errorOf(replayed)).to.equal('login_required');
  });

  it('is not extended by a step-up [U.3]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'app@plain.test');
    at.clock.nextStep(20 * HOUR);
    await askAgain(visitor, at.rp, { acr_values: MFA });
    expect((await redeem(at.rp, await visitor.enterCode(nextCode(at.app)))).claims.acr).to.equal(MFA);
    at.clock.nextStep(5 * HOUR);
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal('login_required');
  });

  it('lasts 24 hours from the last full sign-in [U.3]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'app@open.test');
    at.clock.nextStep(20 * HOUR);
    await askAgain(visitor, at.rp, { prompt: 'login' });
    await visitor.signIn('app@open.test', PASSWORD);
    await visitor.enterCode(nextCode(at.app));
    at.clock.nextStep(20 * HOUR);
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal(null);
    at.clock.nextStep(5 * HOUR);
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal('login_required');
  });

  it('lasts as long as the configuration says [U.3]', async () => {
    await at.app.reload({ session: { absolute_hours: 2 } });
    const { visitor } = await tokensFor(at.app, at.rp, 'app@open.test');
    at.clock.nextStep(HOUR);
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal(null);
    at.clock.nextStep(HOUR + MINUTE);
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal('login_required');
    await at.app.reload({ session: { absolute_hours: 24 } });
  });

  it('has no account before every required factor was given [B.1]', async () => {
    const visitor = at.app.visitor();
    await visitor.open(await at.rp.authorizationUrl());
    await visitor.signIn('app@open.test', PASSWORD);
    expect(visitor.page.name).to.equal('enter-code');
    const { shortLived } = { shortLived: at.app.parts.stores.providerShortLived };
    const id = /_session=([^;]+)/.exec(cookies(visitor))?.[1];
    const stored = id === undefined ? null : await shortLived.find('Session', id, at.clock.now());
    expect(stored?.accountId).to.equal(undefined);
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal('login_required');
    expect((await visitor.get('/account')).location).to.include('/auth?');
  });

  it('gets a new id at each sign-in, so that a planted cookie signs nobody in [A7]', async () => {
    const visitor = at.app.visitor();
    // Signing out leaves the cookie of an anonymous session behind.
    await visitor.open('/session/end');
    const planted = cookies(visitor);
    expect(planted).to.include('_session=');
    expect(errorOf(await signIn(at.app, visitor, await at.rp.authorizationUrl(), 'app@open.test'))).to.equal(
      null,
    );
    expect(cookies(visitor)).not.to.equal(planted);
    const replayed = await at.app
      .visitor()
      .get(await at.rp.authorizationUrl({ prompt: 'none' }), { cookie: planted });
    expect(errorOf(replayed)).to.equal('login_required');
  });

  it('gets a new id at a step-up, and the old one ends [A7]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'app@plain.test');
    const before = cookies(visitor);
    await askAgain(visitor, at.rp, { acr_values: MFA });
    await visitor.enterCode(nextCode(at.app));
    const replayed = await at.app
      .visitor()
      .get(await at.rp.authorizationUrl({ prompt: 'none' }), { cookie: before });
    expect(errorOf(replayed)).to.equal('login_required');
  });
});
