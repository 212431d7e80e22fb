import { expect } from 'chai';
import { MFA, type PlainProvider, startPlainProvider } from '../../support/hosts/plain-provider.ts';
import { createVisitor, type Visitor } from '../../support/visitor.ts';

describe('the demo relying parties', () => {
  let provider: PlainProvider;
  let visitor: Visitor;

  beforeEach(async () => {
    provider = await startPlainProvider();
    visitor = createVisitor(provider.origin);
  });

  afterEach(() => provider.close());

  const at = (path: string): string => provider.origin + path;
  const claim = (name: string): string => visitor.page.$(`[data-claim="${name}"]`).text();
  const cookie = (name: string, path: string) =>
    visitor.jar.getCookiesSync(at(path)).find(({ key }) => key === name);

  /** Goes as far as the answer of the provider, and not into it. */
  async function answerFor(visiting: Visitor): Promise<string> {
    let page = await visiting.get('/demo/start');
    while (!page.location?.startsWith(at('/demo/callback'))) page = await visiting.get(page.location ?? '');
    return page.location;
  }

  it('list both parties and the demo accounts [U.3]', async () => {
    const page = await visitor.open('/demo');

    expect(page.name).to.equal('demo');
    expect(page.link('/demo/start')).not.to.equal(null);
    expect(page.link('/demo-two/start')).not.to.equal(null);
    expect(page.text).to.include('bob@acme.test').and.to.include('correct horse');
    expect(page.$('.accounts small').text()).to.equal(
      'Second step optional. Administrator. Already set up: Authenticator app.',
    );
  });

  it('sign in by code flow with PKCE, state and nonce, and show the claims [U.3]', async () => {
    const page = await visitor.open('/demo/start');

    expect(page.name).to.equal('demo-signed-in');
    expect(page.url).to.equal(at('/demo/me'));
    const shown = ['sub', 'acr', 'amr', 'email', 'name', 'tenant'].map(claim);
    expect(shown).to.deep.equal(['account-1', MFA, 'pwd otp mfa', 'bob@acme.test', 'Bob', 'acme']);
    const asked = Object.fromEntries(provider.asked[0] ?? []);
    expect(asked).to.include({
      response_type: 'code',
      scope: 'openid email profile phone offline_access',
      code_challenge_method: 'S256',
      prompt: 'consent',
    });
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked[name]).to.match(/^[\w-]{43}$/);
  });

  it('sign in to the other party without another prompt [U.3]', async () => {
    const first = await visitor.open('/demo/start');
    provider.mood.endings.length = 0;

    const page = await visitor.open(first.link('/demo-two/start') ?? '');

    expect(page.url).to.equal(at('/demo-two/me'));
    expect(claim('sub')).to.equal('account-1');
    expect(provider.mood.endings).to.deep.equal(['consent']);
    expect(page.link('/demo/start')).not.to.equal(null);
    expect(provider.asked.at(-1)?.has('prompt')).to.equal(false);
  });

  it('request two factors for a step-up [A76]', async () => {
    const page = await visitor.open('/demo/start');

    const stepped = await visitor.open(page.link('/demo/step-up') ?? '');

    expect(stepped.name).to.equal('demo-signed-in');
    expect(provider.asked.map((query) => query.get('acr_values'))).to.deep.equal([null, MFA]);
  });

  it('show new claims after a refresh, and the error of the provider after a refusal [B.2]', async () => {
    const page = await visitor.open('/demo/start');
    provider.mood.name = 'Robert';

    const refreshed = await visitor.follow(await visitor.submit(page, {}, 'refresh'));
    expect(refreshed.url).to.equal(at('/demo/me'));
    expect(claim('name')).to.equal('Robert');

    provider.mood.accountIsGone = true;
    const refused = await visitor.submit(refreshed, {}, 'refresh');
    expect(refused).to.include({ status: 422, name: 'demo-error' });
    expect(claim('error')).to.equal('invalid_grant');
    expect((await visitor.open('/demo/me')).name).to.equal('demo');
  });

  it('use each refresh token once [A46]', async () => {
    let page = await visitor.open('/demo/start');
    for (const name of ['one', 'two', 'three']) {
      provider.mood.name = name;
      page = await visitor.follow(await visitor.submit(page, {}, 'refresh'));
      expect(claim('name')).to.equal(name);
    }
  });

  it('refresh only for a form of the same session [A56]', async () => {
    await visitor.open('/demo/start');
    const other = createVisitor(provider.origin);
    const page = await other.open('/demo/start');
    const { body } = page.form({}, 'refresh');

    const refused = await visitor.post('/demo/refresh', Object.fromEntries(body));

    expect(refused.status).to.equal(403);
  });

  it('sign out at the demo and at the provider [A86]', async () => {
    const page = await visitor.open('/demo/start');

    const away = await visitor.get(page.link('/demo/sign-out') ?? '');

    const location = new URL(away.location ?? '');
    expect(away.status).to.equal(303);
    expect(location.pathname).to.equal('/session/end');
    expect(location.searchParams.get('post_logout_redirect_uri')).to.equal(at('/demo'));
    expect(location.searchParams.get('id_token_hint')).to.match(/^eyJ/);
    expect((await visitor.open('/demo/me')).name).to.equal('demo');
  });

  it('show the error of the provider as text', async () => {
    provider.mood.error = 'access_denied';

    const page = await visitor.open('/demo/start');

    expect(page).to.include({ status: 400, name: 'demo-error' });
    expect(claim('error')).to.equal('access_denied');
    expect(page.text).to.include('because &lt;b&gt;it&lt;/b&gt; said so');
    expect((await visitor.open('/demo/me')).name).to.equal('demo');
  });

  it('accept no answer to a request of another browser [A7]', async () => {
    const attacker = createVisitor(provider.origin);
    const answer = await answerFor(attacker);

    await visitor.get('/demo/start');
    const page = await visitor.open(answer);

    expect(page).to.include({ status: 400, name: 'demo-error' });
    expect(claim('error')).to.equal('invalid_state');
    expect((await visitor.open('/demo/me')).name).to.equal('demo');
    expect((await attacker.open(answer)).name).to.equal('demo-signed-in');
  });

  it('accept an answer once [A7]', async () => {
    const answer = await answerFor(visitor);

    expect((await visitor.open(answer)).name).to.equal('demo-signed-in');
    expect((await visitor.open(answer)).name).to.equal('demo-error');
  });

  it('accept no answer with another state, issuer or code [A7]', async () => {
    for (const [name, value, error] of [
      ['state', 'x'.repeat(43), 'invalid_state'],
      ['iss', 'https://evil.example', 'invalid_response'],
      ['code', 'x'.repeat(43), 'invalid_grant'],
    ] as const) {
      const answer = new URL(await answerFor(visitor));
      answer.searchParams.set(name, value);
      await visitor.open(answer.href);
      expect(claim('error')).to.equal(error);
      expect((await visitor.open('/demo/me')).name).to.equal('demo');
    }
  });

  it('accept no answer with another nonce [A7]', async () => {
    const start = await visitor.get('/demo/start');
    const request = new URL(start.location ?? '');
    request.searchParams.set('nonce', 'x'.repeat(43));

    await visitor.open(request.href);

    expect(claim('error')).to.equal('invalid_response');
    expect((await visitor.open('/demo/me')).name).to.equal('demo');
  });

  it('keep their session in their own cookie, which is HttpOnly and SameSite [A94]', async () => {
    await visitor.get('/demo/start');
    const before = cookie('demo_session', '/demo');
    await visitor.open('/demo/start');
    await visitor.open('/demo-two/start');

    const after = cookie('demo_session', '/demo');
    expect(after).to.include({ httpOnly: true, sameSite: 'lax', path: '/demo', domain: '127.0.0.1' });
    expect(after?.hostOnly).to.equal(true);
    expect(after?.value).not.to.equal(before?.value);
    expect(cookie('demo_two_session', '/demo-two')).to.include({ httpOnly: true, path: '/demo-two' });
    expect(cookie('demo_session', '/demo-two')).to.equal(undefined);
  });

  it('end their session after an hour', async () => {
    await visitor.open('/demo/start');
    provider.clock.nextStep(60 * 60 * 1000 - 1);
    expect((await visitor.open('/demo/me')).name).to.equal('demo-signed-in');
    provider.clock.nextStep(1);
    expect((await visitor.open('/demo/me')).name).to.equal('demo');
  });

  it('redirect a visitor without a session to the start page from every path [B.5]', async () => {
    for (const path of ['/demo/me', '/demo/sign-out']) {
      expect((await visitor.get(path)).location).to.equal(at('/demo'));
    }
    expect((await visitor.post('/demo/refresh', {})).location).to.equal(at('/demo'));
  });
});

describe('a demo relying party', () => {
  for (const [what, metadata] of [
    ['that posts its secret', { token_endpoint_auth_method: 'client_secret_post' }],
    ['that signs with its secret', { token_endpoint_auth_method: 'client_secret_jwt' }],
    ['without a secret', { token_endpoint_auth_method: 'none', client_secret: undefined }],
    ['that never refreshes', { grant_types: ['authorization_code'] }],
  ] as const) {
    it(`${what} signs in [U.3]`, async () => {
      const provider = await startPlainProvider(metadata);
      try {
        const visitor = createVisitor(provider.origin);
        expect((await visitor.open('/demo/start')).name).to.equal('demo-signed-in');
      } finally {
        await provider.close();
      }
    });
  }

  it('reports a missing refresh token', async () => {
    const provider = await startPlainProvider({ grant_types: ['authorization_code'] });
    try {
      const visitor = createVisitor(provider.origin);
      const page = await visitor.submit(await visitor.open('/demo/start'), {}, 'refresh');
      expect(page).to.include({ status: 422, name: 'demo-error' });
      expect(page.text).to.include('no_refresh_token');
    } finally {
      await provider.close();
    }
  });

  it('reports a provider that does not answer, and tries again', async () => {
    const provider = await startPlainProvider();
    try {
      const visitor = createVisitor(provider.origin);
      provider.mood.isAway = true;
      expect(await visitor.open('/demo/start')).to.include({ status: 502, name: 'demo-error' });
      provider.mood.isAway = false;
      expect((await visitor.open('/demo/start')).name).to.equal('demo-signed-in');
    } finally {
      await provider.close();
    }
  });
});
