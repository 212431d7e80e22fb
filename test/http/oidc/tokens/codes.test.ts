/** Values that work once: authorization codes, pushed requests, and the end of an interaction. */
import { expect } from 'chai';
import * as client from 'openid-client';
import { CALLBACK, PASSWORD } from '../../../support/app.ts';
import {
  answerOf,
  askAgain,
  errorOf,
  interaction,
  partyOf,
  post,
  redeem,
  refresh,
  refusal,
  signIn,
  tokensFor,
} from '../story.ts';

const VERIFIER = 'a-code-verifier-of-at-least-forty-three-characters';
const OFFLINE = { scope: 'openid offline_access' };

describe('values that are valid once', () => {
  const at = interaction();

  async function codeFor(email: string, parameters: Record<string, string> = {}) {
    const code_challenge = await client.calculatePKCECodeChallenge(VERIFIER);
    const url = await at.rp.authorizationUrl({ ...parameters, code_challenge });
    const visitor = at.app.visitor();
    return answerOf(await signIn(at.app, visitor, url, email)).get('code') ?? '';
  }

  const exchange = (code: string, change: Record<string, string> = {}, clientId = 'rp') =>
    post(
      at.app,
      '/token',
      { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER, ...change },
      clientId,
    );

  it('redeem an authorization code once of twenty simultaneous attempts [A44]', async () => {
    const code = await codeFor('new@open.test', OFFLINE);
    const answers = await Promise.all(Array.from({ length: 20 }, () => exchange(code)));
    const won = answers.filter(({ status }) => status === 200);
    expect(won).to.have.length(1);
    for (const { status, body } of answers) {
      if (status !== 200) expect([status, body.error]).to.deep.equal([400, 'invalid_grant']);
    }
  });

  it('revoke the tokens of a code that is used again [A44]', async () => {
    const code = await codeFor('new@open.test', OFFLINE);
    const { body } = await exchange(code);
    const { access_token: accessToken, refresh_token: refreshToken } = body as Record<string, string>;
    expect((await exchange(code)).body.error).to.equal('invalid_grant');
    const userinfo = client.fetchProtectedResource(
      at.rp.configuration,
      accessToken ?? '',
      new URL('/me', at.app.origin),
      'GET',
    );
    expect(await refusal(userinfo)).to.equal('invalid_token');
    expect(await refusal(refresh(at.rp, refreshToken))).to.equal('invalid_grant');
  });

  it('redeem a code only for its client, its redirect URI and its verifier [A44]', async () => {
    const code = await codeFor('new@open.test');
    const wrong = [
      await exchange(code, {}, 'rp2'),
      await exchange(code, { redirect_uri: 'http://rp.test/other' }),
      await exchange(code, { code_verifier: `${VERIFIER}x` }),
      await exchange(`${code}x`),
    ];
    for (const { status, body } of wrong) expect([status, body.error]).to.deep.equal([400, 'invalid_grant']);
    expect((await exchange(code)).status).to.equal(200);
  });

  it('refuse a code that is older than a minute [A44]', async () => {
    const code = await codeFor('new@open.test');
    at.clock.nextStep(61_000);
    expect((await exchange(code)).body.error).to.equal('invalid_grant');
  });

  it('complete an interaction once when two requests resume it [A11]', async () => {
    const visitor = at.app.visitor();
    await visitor.open(await at.rp.authorizationUrl());
    const posted = await visitor.submit(visitor.page, { email: 'new@open.test', password: PASSWORD });
    const resume = posted.location ?? '';
    expect(resume).to.include('/auth/');
    const ends = await Promise.all([visitor.get(resume), visitor.get(resume)]);
    const codes = ends.filter(({ location }) => location?.includes('code='));
    expect(codes).to.have.length(1);
    expect(await visitor.get(resume)).to.include({ status: 400, name: 'error' });
  });

  async function push(parameters: Readonly<Record<string, string>> = {}) {
    const url = new URL(await at.rp.authorizationUrl(parameters));
    const { status, body } = await post(at.app, '/request', Object.fromEntries(url.searchParams));
    expect(status).to.equal(201);
    return new URLSearchParams({ client_id: 'rp', request_uri: String(body.request_uri) });
  }

  it('accept a pushed request once [A45]', async () => {
    const query = await push();
    const visitor = at.app.visitor();
    const end = await signIn(at.app, visitor, `/auth?${query}`, 'new@open.test');
    expect((await redeem(at.rp, end)).claims.aud).to.equal('rp');
    const again = await visitor.open(`/auth?${query}`);
    expect(again).to.include({ status: 400, name: 'error', location: null });
  });

  it('accept a pushed request once, with prompt=none and simultaneously too [A45]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const query = await push({ prompt: 'none' });
    const ends = await Promise.all(Array.from({ length: 5 }, () => visitor.get(`/auth?${query}`)));
    const codes = ends.filter(({ location }) => location?.includes('code='));
    expect(codes).to.have.length(1);
    const again = await visitor.get(`/auth?${query}`);
    expect(again).to.include({ status: 400, name: 'error', location: null });
  });

  it('issue one code for a pushed request that was opened in two browsers [A45]', async () => {
    const query = await push();
    const [first, second] = [at.app.visitor(), at.app.visitor()];
    await first.open(`/auth?${query}`);
    await second.open(`/auth?${query}`);
    expect(answerOf(await first.signIn('new@open.test', PASSWORD)).has('code')).to.equal(true);
    expect(await second.signIn('new@open.test', PASSWORD)).to.satisfy(
      (end: { location: string | null }) => !end.location?.includes('code='),
    );
  });

  it('accept a pushed request from its own client only, for a minute [A45]', async () => {
    const query = await push();
    query.set('client_id', 'rp2');
    expect(await at.app.visitor().open(`/auth?${query}`)).to.include({ status: 400, name: 'error' });
    const late = await push();
    at.clock.nextStep(61_000);
    expect(await at.app.visitor().open(`/auth?${late}`)).to.include({ status: 400, name: 'error' });
  });

  it('ignore parameters beside a pushed request [A45]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const query = await push({ prompt: 'login' });
    query.set('prompt', 'none');
    query.set('redirect_uri', 'http://evil.test/');
    expect((await visitor.open(`/auth?${query}`)).name).to.equal('sign-in');
  });

  it('check a pushed request like any other [A45]', async () => {
    const url = new URL(await at.rp.authorizationUrl());
    const fields = Object.fromEntries(url.searchParams);
    const wrong: Record<string, string>[] = [
      { ...fields, redirect_uri: 'http://evil.test/' },
      { ...fields, code_challenge_method: 'plain' },
      { ...fields, response_type: 'token' },
      { ...fields, client_id: 'rp2' },
    ];
    for (const each of wrong) expect((await post(at.app, '/request', each)).status).to.equal(400);
    const anybody = await fetch(new URL('/request', at.app.origin), {
      method: 'POST',
      body: new URLSearchParams(fields),
    });
    expect(anybody.status).to.equal(401);
  });

  it('let a relying party refuse a code with another state [A44]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const end = await askAgain(visitor, await partyOf(at.app, 'rp'));
    expect(errorOf(end)).to.equal(null);
    expect(await at.rp.exchange(end.location ?? '').catch(String)).to.include('did not ask');
  });
});
