/** A third-party client asks the person for consent; a first-party client does not. */
import { expect } from 'chai';
import * as client from 'openid-client';
import { PASSWORD } from '../../../support/app.ts';
import type { RelyingParty } from '../../../support/hosts/relying-party.ts';
import { answerOf, askAgain, errorOf, interaction, redeem, refresh, signIn } from '../story.ts';

describe('consent', () => {
  const at = interaction();
  let third: RelyingParty;
  before(async () => {
    third = await at.app.relyingParty('third');
  });

  async function arrive(parameters: Record<string, string> = {}, email = 'new@open.test') {
    const visitor = at.app.visitor();
    await signIn(at.app, visitor, await third.authorizationUrl(parameters), email);
    return visitor;
  }

  const press = async (visitor: Awaited<ReturnType<typeof arrive>>, button: 'allow' | 'deny') =>
    visitor.follow(await visitor.submit(visitor.page, {}, button));

  it('is asked once for a third-party client, and grants what was requested [U.3]', async () => {
    const visitor = await arrive({ scope: 'openid email' });
    expect(visitor.page.name).to.equal('consent');
    expect(visitor.page.text).to.include('new@open.test');
    const { tokens, claims } = await redeem(third, await press(visitor, 'allow'));
    const info = await client.fetchUserInfo(third.configuration, tokens.access_token, claims.sub);
    expect(info.email).to.equal('new@open.test');
    expect(answerOf(await askAgain(visitor, third, { scope: 'openid email' })).has('code')).to.equal(true);
  });

  it('is asked again for more scopes [U.3]', async () => {
    const visitor = await arrive();
    await press(visitor, 'allow');
    expect(errorOf(await askAgain(visitor, third, { scope: 'openid phone', prompt: 'none' }))).to.equal(
      'consent_required',
    );
    expect((await askAgain(visitor, third, { scope: 'openid phone' })).name).to.equal('consent');
  });

  it('returns access_denied when it is denied, and keeps the person signed in [U.3]', async () => {
    const visitor = await arrive();
    const end = await press(visitor, 'deny');
    expect(errorOf(end)).to.equal('access_denied');
    expect(answerOf(end).has('code')).to.equal(false);
    expect(answerOf(await askAgain(visitor, at.rp, { prompt: 'none' })).has('code')).to.equal(true);
    expect((await askAgain(visitor, third)).name).to.equal('consent');
  });

  it('is asked with prompt=consent, and then grants a refresh token [U.3]', async () => {
    const visitor = await arrive({ scope: 'openid offline_access', prompt: 'consent' });
    const { tokens } = await redeem(third, await press(visitor, 'allow'));
    expect((await refresh(third, tokens.refresh_token)).access_token).to.be.a('string');
    expect((await askAgain(visitor, third, { prompt: 'consent' })).name).to.equal('consent');
  });

  it('is required before a third party gets a refresh token (OIDC Core 11) [U.3]', async () => {
    const visitor = await arrive({ scope: 'openid offline_access' });
    const { tokens } = await redeem(third, await press(visitor, 'allow'));
    expect(tokens.refresh_token).to.equal(undefined);
  });

  it('lists requested claims like their scope [U.3]', async () => {
    const claims = JSON.stringify({ id_token: { email: null }, userinfo: { phone_number: null } });
    const visitor = await arrive({ claims });
    const byClaims = visitor.page.$('.scopes li').text();
    const byScope = (await arrive({ scope: 'openid email phone' })).page.$('.scopes li').text();
    expect(byClaims).to.equal(byScope).and.not.equal('');
    const end = await redeem(third, await press(visitor, 'allow'));
    expect(end.claims.email).to.equal('new@open.test');
  });

  it('is refused before the second factor [A10]', async () => {
    const other = await arrive({}, 'new@open.test');
    const { body } = other.page.form({}, 'allow');
    const visitor = at.app.visitor();
    await visitor.open(await third.authorizationUrl());
    await visitor.signIn('app@open.test', PASSWORD);
    expect(visitor.page.name).to.equal('enter-code');
    const uid = /\/interaction\/([^/]+)\//.exec(visitor.page.url)?.[1];
    const fields = { ...Object.fromEntries(body), allow: '1' };
    expect((await visitor.post(`/interaction/${uid}/consent`, fields)).status).to.equal(400);
    expect((await visitor.get(`/interaction/${uid}/consent`)).status).to.equal(400);
    expect((await visitor.get(`/auth/${uid}`)).location ?? '').not.to.include('code=');
  });

  it('is refused in the interaction of another browser [A10]', async () => {
    const visitor = await arrive();
    const thief = at.app.visitor();
    const { action, body } = visitor.page.form({}, 'allow');
    const fields = Object.fromEntries(body);
    expect((await thief.post(action, fields)).status).to.equal(400);
    expect((await thief.get(visitor.page.url)).status).to.equal(400);
    expect(answerOf(await press(visitor, 'allow')).has('code')).to.equal(true);
  });

  it('is refused without its token or with that of another interaction [A56]', async () => {
    const visitor = await arrive();
    const { action, body } = visitor.page.form({}, 'allow');
    const other = (await arrive()).page.form({}, 'allow').body;
    for (const token of ['', other.get('_token') ?? '']) {
      const answer = await visitor.post(action, { ...Object.fromEntries(body), _token: token });
      expect(answer.status).to.equal(403);
    }
    expect((await visitor.get(visitor.page.url)).status).to.be.oneOf([200, 400]);
  });

  it('grants nothing after the session was signed out elsewhere [A86]', async () => {
    const visitor = await arrive();
    const page = visitor.page;
    const signOut = await visitor.open('/session/end');
    await visitor.follow(await visitor.submit(signOut, {}, 'logout'));
    const end = await visitor.follow(await visitor.submit(page, {}, 'allow'));
    expect(end).to.include({ status: 400, name: 'error', location: null });
  });

  it('grants nothing of either account after another person signed in in the same browser [A86]', async () => {
    const visitor = await arrive();
    const page = visitor.page;
    await askAgain(visitor, at.rp, { prompt: 'login' });
    const switching = await visitor.signIn('boss@open.test', PASSWORD);
    await visitor.follow(await visitor.submit(switching, {}));
    const end = await visitor.follow(await visitor.submit(page, {}, 'allow'));
    expect(end).to.include({ status: 400, name: 'error', location: null });
  });
});
