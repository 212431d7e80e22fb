/** Interactions that a session of another tab finishes: planted in another browser, they win nobody a sign-in. */
import { expect } from 'chai';
import { PASSWORD } from '../../support/app.ts';
import type { Visitor } from '../../support/visitor.ts';
import { interaction } from '../oidc/story.ts';

const SECOND = 1000;

describe('planted cookies of open tabs', () => {
  const at = interaction();

  for (const prompt of ['consent', 'login']) {
    it(`of an attacker’s interaction give the attacker nothing of a victim who is signed in: ${prompt} [A7]`, async () => {
      const attacker = at.app.visitor();
      const lure = await attacker.open(await at.rp.authorizationUrl({ prompt }));
      const uid = new URL(lure.url).pathname.split('/')[2] ?? '';
      at.app.clock.nextStep(SECOND);
      const victim = at.app.visitor();
      await victim.open(await at.rp.authorizationUrl());
      await victim.signIn('new@plain.test', PASSWORD);
      for (const cookie of attacker.jar.getCookiesSync(lure.url)) victim.jar.setCookieSync(cookie, lure.url);
      const finished = await victim.get(lure.url);
      expect(finished.location).to.equal(`${at.app.origin}/auth/${uid}`);

      const stolen = await attacker.open(`/auth/${uid}`);
      expect(stolen).to.include({ status: 200, name: 'sign-in', location: null });
      expect((await attacker.open('/account')).name).to.equal('sign-in');
    });
  }

  it('let nobody answer prompt=login with another session than the one that continues [A7]', async () => {
    const session = (visitor: Visitor) =>
      visitor.jar.getCookiesSync(at.app.origin).filter(({ key }) => key.startsWith('_session'));
    const left = at.app.visitor();
    await left.open(await at.rp.authorizationUrl());
    await left.signIn('new@plain.test', PASSWORD);
    const kept = session(left);
    // Somebody at a browser that was left alone hides its session while the request begins.
    await left.jar.removeAllCookies();
    const page = await left.open(await at.rp.authorizationUrl({ prompt: 'login' }));
    const uid = new URL(page.url).pathname.split('/')[2] ?? '';

    at.app.clock.nextStep(SECOND);
    const attacker = at.app.visitor();
    await attacker.open(await at.rp.authorizationUrl());
    await attacker.signIn('boss@plain.test', PASSWORD);
    for (const cookie of left.jar.getCookiesSync(page.url)) attacker.jar.setCookieSync(cookie, page.url);
    expect((await attacker.get(page.url)).location).to.equal(`${at.app.origin}/auth/${uid}`);

    for (const cookie of kept) left.jar.setCookieSync(cookie, at.app.origin);
    const end = await left.open(`/auth/${uid}`);
    expect(end).to.include({ status: 200, name: 'sign-in', location: null });
    const silent = await left.open(await at.rp.authorizationUrl({ prompt: 'none' }));
    expect(silent.location).to.include('code=');
  });
});
