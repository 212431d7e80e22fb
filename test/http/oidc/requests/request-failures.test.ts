/** The log line of a refused request: the developer of a relying party reads in it what to mend. */
import { expect } from 'chai';
import * as client from 'openid-client';
import { createLogger } from '../../../../src/adapters/system/log/logger.ts';
import { CALLBACK, CLIENT_SECRET } from '../../../support/app.ts';
import {
  answerOf,
  askAgain,
  confidential,
  interaction,
  partyOf,
  signIn,
  tokensFor,
  withClients,
} from '../story.ts';

type Line = Readonly<Record<string, unknown>>;

const CODE_LIFETIME_MS = 61_000;
const OTHER_SECRET = 'another-secret-of-more-than-thirty-two-characters';

const lines: string[] = [];
const logger = createLogger({
  level: 'info',
  destination: {
    write: (line) => lines.push(line),
    flush: () => {},
    dropped: 0,
    whenDropped: () => {},
  },
});

describe('the reason of a refused request', () => {
  const at = interaction(
    () =>
      withClients(
        confidential('narrow', { scope: 'openid email' }),
        confidential('post', { token_endpoint_auth_method: 'client_secret_post' }),
        confidential('jwt', { token_endpoint_auth_method: 'client_secret_jwt' }),
        confidential('two-callbacks', {
          redirect_uris: [CALLBACK, 'http://rp.test/second?tenant=hidden'],
        }),
        confidential('leaver', { post_logout_redirect_uris: ['http://rp.test/bye'] }),
      ),
    { logger },
  );
  beforeEach(() => lines.splice(0));

  const refusals = (): Line[] =>
    lines.map((line) => JSON.parse(line) as Line).filter(({ event }) => event === 'request.refused');

  function onlyLine(): Line {
    expect(refusals()).to.have.length(1);
    const [line = {}] = refusals();
    expect(line.level).to.equal('warn');
    expect(lines.map((each) => JSON.parse(each) as Line)).to.deep.include.members([line]);
    const answered = lines.map((each) => JSON.parse(each) as Line).filter(({ event }) => event === 'request');
    expect(answered.map((each) => each.request_id)).to.include(line.request_id);
    return line;
  }

  const basic = (id: string, secret: string) => ({
    authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
  });

  async function send(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Record<string, string> = {},
  ) {
    const response = await fetch(new URL(path, at.app.origin), {
      method: 'POST',
      headers,
      body: new URLSearchParams(fields),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  async function code(parameters: Record<string, string> = {}) {
    const visitor = at.app.visitor();
    const url = await at.rp.authorizationUrl(parameters);
    const end = await signIn(at.app, visitor, url, 'new@open.test');
    return answerOf(end).get('code') ?? '';
  }

  const exchange = (fields: Readonly<Record<string, string>>, id = 'rp', secret = CLIENT_SECRET) =>
    send(
      '/token',
      { grant_type: 'authorization_code', redirect_uri: CALLBACK, ...fields },
      basic(id, secret),
    );

  it('names a client secret that is wrong, and the answer does not', async () => {
    const { status, body } = await exchange({ code: 'x' }, 'rp', OTHER_SECRET);
    expect([status, body]).to.deep.equal([
      401,
      { error: 'invalid_client', error_description: 'client authentication failed' },
    ]);
    expect(onlyLine()).to.include({
      endpoint: 'token',
      client_id: 'rp',
      grant_type: 'authorization_code',
      error_code: 'invalid_client',
      reason: 'client authentication failed; invalid secret provided',
    });
  });

  it('names a client that is unknown, by its id unless that may be a secret', async () => {
    await exchange({ code: 'x' }, 'shpo');
    expect(onlyLine().reason).to.include('client not found; client_id: "shpo"');
    expect(onlyLine()).not.to.have.property('client_id');
    lines.splice(0);
    await exchange({ code: 'x' }, OTHER_SECRET, 'rp');
    expect(onlyLine().reason).to.include(`a value of ${OTHER_SECRET.length} characters`);
    lines.splice(0);
    const page = await at.app.visitor().open(`/auth?client_id=shpo&response_type=code&scope=openid`);
    expect(page).to.include({ status: 400, name: 'error' });
    expect(page.text).to.include('no client of this server has the client_id of the request');
    expect(onlyLine().reason).to.include('client_id: "shpo"');
  });

  it('names the registered and the received method of authentication', async () => {
    await send('/token', { grant_type: 'refresh_token', refresh_token: 'x', client_id: 'post' });
    expect(onlyLine().reason).to.include('registered: client_secret_post; received: none');
    lines.splice(0);
    await exchange({ code: 'x' }, 'jwt');
    expect(onlyLine().reason).to.include('registered: client_secret_jwt; received: client_secret_basic');
  });

  it('names the registered redirect addresses, without the values of any query', async () => {
    const party = await partyOf(at.app, 'two-callbacks', 'http://user:pass@rp.test/third?a=private#b');
    const page = await at.app.visitor().open(await party.authorizationUrl());
    expect(page).to.include({ status: 400, name: 'error' });
    expect(page.text).not.to.match(/rp\.test\/(?:callback|second)/);
    const { reason, endpoint, client_id: id } = onlyLine();
    expect([endpoint, id]).to.deep.equal(['authorization', 'two-callbacks']);
    expect(reason).to.include(
      'received: http://rp.test/third?…#…; registered: http://rp.test/callback, http://rp.test/second?…',
    );
    expect(lines.join('')).not.to.match(/private|hidden|pass@/);
  });

  it('names the redirect address that differs at the token endpoint', async () => {
    const query = new URLSearchParams({
      client_id: 'rp',
      response_type: 'code',
      scope: 'openid',
      redirect_uri: CALLBACK,
      nonce: 'n',
    });
    const end = await signIn(at.app, at.app.visitor(), `/auth?${query}`, 'new@open.test');
    lines.splice(0);
    const fields = { code: answerOf(end).get('code') ?? '', redirect_uri: `${CALLBACK}/?a=private` };
    expect((await exchange(fields)).body.error).to.equal('invalid_grant');
    expect(onlyLine().reason).to.include(
      'authorization code redirect_uri mismatch; received: http://rp.test/callback/?…;',
    );
  });

  it('tells a code that was used, has expired, or belongs to another client apart', async () => {
    const party = at.rp;
    const visitor = at.app.visitor();
    const end = await signIn(at.app, visitor, await party.authorizationUrl(), 'new@open.test');
    await party.exchange(end.location ?? '');
    lines.splice(0);
    const used = answerOf(end).get('code') ?? '';
    const verifier = { code_verifier: 'v'.repeat(43) };
    await exchange({ code: used, ...verifier });
    expect(onlyLine()).to.include({ error_code: 'invalid_grant', client_id: 'rp' });

    const expired = await code();
    at.clock.nextStep(CODE_LIFETIME_MS);
    lines.splice(0);
    await exchange({ code: expired, ...verifier });
    expect(onlyLine().reason).to.match(/has expired/);

    const others = await code();
    lines.splice(0);
    await exchange({ code: others, ...verifier }, 'rp2');
    expect(onlyLine()).to.include({ client_id: 'rp2' });
    expect(onlyLine().reason).to.include('client mismatch; it was issued to another client');

    const unverified = await code();
    lines.splice(0);
    await exchange({ code: unverified, ...verifier });
    expect(onlyLine().reason).to.include('code_verifier does not match code_challenge');
  });

  it('names a response type, a response mode, a scope and an API that are not offered', async () => {
    const asked: readonly (readonly [string, Record<string, string>, RegExp])[] = [
      ['rp', { response_type: 'token' }, /received: "token"/],
      ['rp', { response_mode: 'fragment' }, /response_mode must be query or form_post/],
      ['rp', { scope: 'openid calendar' }, /scope: calendar/],
      ['narrow', { scope: 'openid phone' }, /requested scope is not allowed; scope: phone/],
      [
        'rp',
        { resource: 'https://a:pass@api.example/v1?b=private' },
        /received: https:\/\/api\.example\/v1\?…$/,
      ],
      ['rp', { prompt: 'none' }, /End-User authentication is required/],
    ];
    for (const [id, parameters, reason] of asked) {
      lines.splice(0);
      const party = await partyOf(at.app, id);
      const page = await at.app.visitor().open(await party.authorizationUrl(parameters));
      expect(page.location, id).to.include('error=');
      expect(onlyLine().reason).to.match(reason);
      expect(onlyLine().client_id).to.equal(id);
    }
  });

  it('tells how far the times of a client assertion are from the clock of the server', async () => {
    const configuration = await client.discovery(
      new URL(at.app.origin),
      'jwt',
      { [client.clockSkew]: -600 },
      client.ClientSecretJwt(CLIENT_SECRET),
      { execute: [client.allowInsecureRequests] },
    );
    const refused = client.refreshTokenGrant(configuration, 'x');
    expect(await refused.then(() => 'granted').catch(() => 'refused')).to.equal('refused');
    expect(onlyLine()).to.include({ client_id: 'jwt', grant_type: 'refresh_token' });
    expect(onlyLine().reason).to.match(/jwt expired; .*exp is \d+ s before the time of this server/);
    expect(lines.join('')).not.to.include('eyJ');
  });

  it('stands in the log for introspection, revocation, pushed requests and sign-out too', async () => {
    const wrong = basic('rp', OTHER_SECRET);
    await send('/token/introspection', { token: 'x' }, wrong);
    await send('/token/revocation', { token: 'x' }, wrong);
    await send('/request', { client_id: 'rp', response_type: 'code' }, wrong);
    await at.app
      .visitor()
      .open('/session/end?client_id=leaver&post_logout_redirect_uri=http://rp.test/elsewhere?a=b');
    expect(refusals().map(({ endpoint, client_id: id }) => [endpoint, id])).to.deep.equal([
      ['introspection', 'rp'],
      ['revocation', 'rp'],
      ['pushed_authorization_request', 'rp'],
      ['end_session', 'leaver'],
    ]);
    expect(refusals()[3]?.reason).to.include(
      'received: http://rp.test/elsewhere?…; registered: http://rp.test/bye',
    );
  });

  it('stays one bounded line without secrets, whatever the request holds [A98]', async () => {
    const { tokens } = await tokensFor(at.app, at.rp, 'new@open.test', { scope: 'openid offline_access' });
    lines.splice(0);
    const secrets = [tokens.access_token, tokens.refresh_token ?? '', tokens.id_token ?? ''];
    for (const secret of secrets) {
      await send('/token', { grant_type: secret, refresh_token: secret }, basic('rp', CLIENT_SECRET));
      await exchange({ code: secret, redirect_uri: `${CALLBACK}?token=${secret}` });
      await send('/token', {
        grant_type: 'refresh_token',
        client_assertion: secret,
        client_assertion_type: 'x',
      });
      await at.app
        .visitor()
        .open(await at.rp.authorizationUrl({ response_type: secret, prompt: secret, claims: secret }));
      await at.app.visitor().open(`/session/end?id_token_hint=${secret.slice(0, -9)}`);
    }
    await send(
      '/token',
      { grant_type: 'a\r\n{"event":"forged"}\u2028'.repeat(2000) },
      basic('rp', CLIENT_SECRET),
    );
    const written = lines.join('');
    for (const secret of [...secrets, CLIENT_SECRET]) expect(written).not.to.include(secret.slice(0, 24));
    expect(refusals()).to.have.length(16);
    for (const line of lines) {
      expect(line.length).to.be.below(5000);
      expect(line.slice(0, -1)).not.to.match(/[\r\n\u2028]/);
    }
    expect(refusals().every(({ event }) => event === 'request.refused')).to.equal(true);
  });

  it('tells how to send PKCE [A84]', async () => {
    const query = { client_id: 'rp', response_type: 'code', scope: 'openid', redirect_uri: CALLBACK };
    await at.app.visitor().open(`/auth?${new URLSearchParams(query)}`);
    expect(onlyLine().reason).to.include('send code_challenge with the method S256, or nonce');
  });

  it('is told to the relying party in a redirect where the RFC allows it', async () => {
    const answer = answerOf(await askAgain(at.app.visitor(), at.rp, { scope: 'openid calendar' }));
    expect(answer.get('error')).to.equal('invalid_scope');
    expect(answer.get('error_description')).to.equal('the scope is unknown to this server');
  });
});
