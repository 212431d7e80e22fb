/** How long a session lasts, and what its cookie is worth. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import { HOUR, MINUTE } from '../machine-clock.ts';
import { askAgain, errorOf, MFA, nextCode, redeem, signIn, stage, tokensFor } from '../story.ts';

describe('a session', () => {
  const at = stage();

  const cookies = (visitor: { jar: { getCookieStringSync(url: string): string } }) =>
    visitor.jar.getCookieStringSync(at.app.origin);

  it('U.3 lasts 24 hours from the sign-in, however often it is used', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'app@open.test');
    for (let hour = 1; hour < 24; hour += 1) {
      at.clock.advance(HOUR);
      expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' })), `after ${hour} h`).to.equal(null);
    }
    at.clock.advance(HOUR - MINUTE);
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal(null);
    at.clock.advance(2 * MINUTE);
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal('login_required');
    expect((await visitor.open('/account/security')).name).to.equal('sign-in');
  });

  it('U.3 ends in the store too, not in the browser alone', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'app@open.test');
    const kept = cookies(visitor);
    at.clock.advance(24 * HOUR + MINUTE);
    const replayed = await at.app
      .visitor()
      .get(await at.rp.authorizationUrl({ prompt: 'none' }), { cookie: kept });
    expect(errorOf(replayed)).to.equal('login_required');
  });

  it('U.3 is not made longer by a step-up', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'app@plain.test');
    at.clock.advance(20 * HOUR);
    await askAgain(visitor, at.rp, { acr_values: MFA });
    expect((await redeem(at.rp, await visitor.enterCode(nextCode(at.app)))).claims.acr).to.equal(MFA);
    at.clock.advance(5 * HOUR);
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal('login_required');
  });

  it('U.3 lasts 24 hours from the last full sign-in', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'app@open.test');
    at.clock.advance(20 * HOUR);
    await askAgain(visitor, at.rp, { prompt: 'login' });
    await visitor.signIn('app@open.test', PASSWORD);
    await visitor.enterCode(nextCode(at.app));
    at.clock.advance(20 * HOUR);
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal(null);
    at.clock.advance(5 * HOUR);
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal('login_required');
  });

  it('U.3 lasts as long as the configuration says', async () => {
    await at.app.reload({ session: { absolute_hours: 2 } });
    const { visitor } = await tokensFor(at.app, at.rp, 'app@open.test');
    at.clock.advance(HOUR);
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal(null);
    at.clock.advance(HOUR + MINUTE);
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal('login_required');
    await at.app.reload({ session: { absolute_hours: 24 } });
  });

  it('B.1 has no account before every factor was given', async () => {
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

  it('A7 changes its name with each sign-in: a cookie that was planted before is nobody after', async () => {
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

  it('A7 changes its name with a step-up, and the old one is dead', async () => {
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
