/** The account pages as a client of their own server: they get no token, and send nobody away. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import { HOUR, MINUTE } from '../machine-clock.ts';
import {
  answerOf,
  askAgain,
  interaction,
  MFA,
  nextCode,
  post,
  redeem,
  SFA,
  tokensFor,
  withPeople,
} from '../story.ts';

describe('the client of the account pages', () => {
  const at = interaction(() => withPeople({ 'bare@plain.test': 'new@plain.test' }));

  const request = (change: Readonly<Record<string, string>> = {}) =>
    `/auth?${new URLSearchParams({
      client_id: 'doublelock',
      response_type: 'none',
      scope: 'openid',
      redirect_uri: `${at.app.origin}/account/return`,
      ...change,
    })}`;

  it('leads from a page of the account through the sign-in and back to it [U.3]', async () => {
    for (const path of ['/account', '/account/security']) {
      const visitor = at.app.visitor();
      expect((await visitor.open(path)).name).to.equal('sign-in');
      await visitor.signIn('app@open.test', PASSWORD);
      const page = await visitor.enterCode(nextCode(at.app));
      expect(page.status).to.equal(200);
      expect(page.url).to.equal(`${at.app.origin}${path}`);
    }
  });

  it('shares its session with relying parties, in both directions [U.3]', async () => {
    const { visitor, claims } = await tokensFor(at.app, at.rp, 'new@open.test');
    expect((await visitor.open('/account')).name).to.equal('account');
    const other = at.app.visitor();
    await other.open('/account');
    await other.signIn('new@open.test', PASSWORD);
    const end = await askAgain(other, at.rp, { prompt: 'none' });
    expect((await redeem(at.rp, end)).claims).to.include({ sub: claims.sub, acr: SFA });
  });

  it('receives neither code nor token [A84]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const answer = answerOf(await visitor.get(request({ state: '/account' })));
    expect([...answer.keys()]).to.have.members(['state', 'iss']);
    for (const response_type of ['code', 'token', 'id_token', 'code none']) {
      const asked = {
        response_type,
        code_challenge: 'x'.repeat(43),
        code_challenge_method: 'S256',
        nonce: 'n',
      };
      const refused = await visitor.get(request(asked));
      expect(refused.location ?? '').not.to.match(/code=|token=/);
      expect(refused.location).to.match(/[?#]error=(unsupported_response_type|invalid_request)&/);
    }
    const exchange = await fetch(new URL('/token', at.app.origin), {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'authorization_code', client_id: 'doublelock', code: 'x' }),
    });
    expect(exchange.status).to.equal(400);
    expect(
      (await post(at.app, '/token', { grant_type: 'refresh_token', refresh_token: 'x' })).status,
    ).to.equal(400);
  });

  it('returns to its own URL only [A83]', async () => {
    for (const redirect_uri of [
      'http://rp.test/callback',
      `${at.app.origin}/account/return/x`,
      `${at.app.origin}/demo`,
    ]) {
      const page = await at.app.visitor().get(request({ redirect_uri }));
      expect(page).to.include({ status: 400, name: 'error', location: null });
    }
  });

  const elsewhere = [
    'http://evil.test/',
    'https:evil.test',
    '//evil.test/account',
    '/\\evil.test/account',
    '/account\\..\\..\\evil.test',
    '/account/../../evil',
    '/account/..%2f..%2fdemo',
    '\t//evil.test',
    '/account\r\nSet-Cookie: a=b',
    '/accounting',
    '/demo',
    'account/security',
    'javascript:alert(1)',
    '',
    '/account/return?state=//evil.test',
  ];
  for (const state of elsewhere) {
    it(`redirects from the return path to a page of the account only, for state ${JSON.stringify(state)} [A83]`, async () => {
      const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
      const direct = await visitor.get(`/account/return?${new URLSearchParams({ state })}`);
      expect(direct.status).to.equal(303);
      const { origin, pathname } = new URL(direct.location ?? '');
      expect(origin).to.equal(at.app.origin);
      expect(pathname).to.match(/^\/account(?:\/|$)/);
      expect(direct.headers['set-cookie'] ?? []).to.deep.equal([]);
      const end = await visitor.open(request({ state }));
      expect(new URL(end.url).origin).to.equal(at.app.origin);
    });
  }

  it('accepts one state or none [A83]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const twice = await visitor.get('/account/return?state=/account/security&state=//evil.test');
    expect(twice.location).to.equal(`${at.app.origin}/account`);
    expect((await visitor.get('/account/return')).location).to.equal(`${at.app.origin}/account`);
  });

  it('shows a returned error as text, with a link to try again [A91]', async () => {
    const query = new URLSearchParams({
      error: 'access_denied',
      error_description: '<img src=x onerror=alert(1)>',
      state: '//evil.test',
    });
    const page = await at.app.visitor().get(`/account/return?${query}`);
    expect(page).to.include({ status: 403, name: 'error' });
    expect(page.$('img[onerror]')).to.have.length(0);
    for (const link of page.$('a[href]').toArray()) {
      expect(new URL(page.$(link).attr('href') ?? '', page.url).origin).to.equal(at.app.origin);
    }
  });

  it('asks for the factor alone when it is too old, and keeps auth_time [A51]', async () => {
    const { visitor, claims } = await tokensFor(at.app, at.rp, 'app@open.test');
    expect((await visitor.open('/account/security')).name).to.equal('security');
    at.clock.nextStep(6 * MINUTE);
    expect((await visitor.open('/account/security')).name).to.equal('enter-code');
    expect((await visitor.enterCode(nextCode(at.app))).name).to.equal('security');
    const end = await askAgain(visitor, at.rp, { prompt: 'none' });
    expect((await redeem(at.rp, end)).claims).to.include({ acr: MFA, auth_time: claims.auth_time });
  });

  it('asks for the password where no factor is enrolled, as a new sign-in [A51]', async () => {
    const { visitor, claims } = await tokensFor(at.app, at.rp, 'bare@plain.test');
    at.clock.nextStep(HOUR);
    expect((await visitor.open('/account/security')).name).to.equal('sign-in');
    expect((await visitor.signIn('bare@plain.test', PASSWORD)).name).to.equal('security');
    const end = await askAgain(visitor, at.rp, { prompt: 'none' });
    expect((await redeem(at.rp, end)).claims.auth_time).to.be.greaterThan(claims.auth_time as number);
  });

  it('asks for the factor where max_age of a relying party asks for everything [A76]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'app@open.test');
    at.clock.nextStep(6 * MINUTE);
    expect((await askAgain(visitor, at.rp, { max_age: '300' })).name).to.equal('sign-in');
    expect((await visitor.open(request({ max_age: '300' }))).name).to.equal('enter-code');
  });

  it('asks for a full sign-in with prompt=login [A76]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'app@open.test');
    for (const parameters of [{ prompt: 'login' }, { max_age: '0' }]) {
      expect((await visitor.open(request(parameters))).name).to.equal('sign-in');
    }
  });
});
