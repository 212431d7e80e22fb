/** Somebody signs in where somebody else still is: the one leaves, then the other's sign-in goes on. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import { askAgain, errorOf, interaction, MFA, nextCode, redeem, refresh, SFA, tokensFor } from '../story.ts';

describe('switching accounts', () => {
  const at = interaction();

  async function switched(email: string, parameters: Record<string, string> = {}) {
    const before = await tokensFor(at.app, at.rp, 'new@open.test', parameters);
    await askAgain(before.visitor, at.rp, { prompt: 'login' });
    const page = await before.visitor.signIn(email, PASSWORD);
    return { before, page };
  }

  it('shows our page, which submits itself and has a button [A86]', async () => {
    const { before, page } = await switched('boss@open.test');
    expect(page).to.include({ status: 200, name: 'switch-account' });
    expect(page.$('form[data-self-submit] button')).to.have.length(1);
    expect(page.$('html').attr('lang')).to.equal('en');
    expect(page.headers['content-security-policy']).not.to.include('unsafe-inline');
    const scripts = page.$('script[src]').toArray();
    expect(scripts.length).to.be.greaterThan(0);
    for (const script of scripts) {
      expect((await before.visitor.get(page.$(script).attr('src') ?? '')).status).to.equal(200);
    }
  });

  it('continues the sign-in once the button is pressed [A86]', async () => {
    const { before, page } = await switched('boss@open.test');
    const answer = await before.visitor.submit(page, {});
    expect(answer.status).to.equal(303);
    const { claims } = await redeem(at.rp, await before.visitor.follow(answer));
    expect(claims.acr).to.equal(SFA);
    expect(claims.sub).not.to.equal(before.claims.sub);
    const again = await redeem(at.rp, await askAgain(before.visitor, at.rp, { prompt: 'none' }));
    expect(again.claims.sub).to.equal(claims.sub);
  });

  it('continues after both factors, and reports both [A86]', async () => {
    const { before } = await switched('app@open.test');
    const page = await before.visitor.enterCode(nextCode(at.app));
    expect(page.name).to.equal('switch-account');
    const end = await before.visitor.follow(await before.visitor.submit(page, {}));
    expect((await redeem(at.rp, end)).claims.acr).to.equal(MFA);
  });

  it('changes nothing before the button is pressed [A86]', async () => {
    const { before } = await switched('boss@open.test');
    const still = await redeem(at.rp, await askAgain(before.visitor, at.rp, { prompt: 'none' }));
    expect(still.claims.sub).to.equal(before.claims.sub);
  });

  it('refuses a form of another site, and a second submission [A56]', async () => {
    const { before, page } = await switched('boss@open.test');
    const { action, body } = page.form({});
    const forged = await before.visitor.post(action, { ...Object.fromEntries(body), xsrf: 'guessed' });
    expect(forged.status).to.equal(400);
    await before.visitor.follow(await before.visitor.post(action, Object.fromEntries(body)));
    expect((await before.visitor.post(action, Object.fromEntries(body))).status).to.equal(400);
  });

  it('ends the session and the cookies of the first account [A86]', async () => {
    const { before, page } = await switched('boss@open.test');
    const old = before.visitor.jar.getCookieStringSync(at.app.origin);
    await before.visitor.follow(await before.visitor.submit(page, {}));
    const url = await at.rp.authorizationUrl({ prompt: 'none' });
    expect(errorOf(await at.app.visitor().get(url, { cookie: old }))).to.equal('login_required');
  });

  it('keeps offline grants of the first account [A86]', async () => {
    const { before, page } = await switched('boss@open.test', { scope: 'openid offline_access' });
    await before.visitor.follow(await before.visitor.submit(page, {}));
    const next = await refresh(at.rp, before.tokens.refresh_token);
    expect(next.claims()?.sub).to.equal(before.claims.sub);
  });
});
