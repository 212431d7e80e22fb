/** The middleware on Koa, Express and a handler of `fetch` style, with tokens of a running server. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import Koa from 'koa';
import * as client from 'openid-client';
import { type AccessToken, type ResourceServer, resourceServer } from '../../src/resource-server.ts';
import {
  confidential,
  interaction,
  MFA,
  post,
  setUpApp,
  signIn,
  withClients,
  withPeople,
} from '../http/oidc/story.ts';

const API = 'https://api.test';
const NEEDS = { scopes: ['read'], acr: MFA, maxAge: 3600 };

/** The servers. Each answers with the subject of the token. */
const SERVERS: Readonly<Record<string, (api: ResourceServer) => RequestListener>> = {
  Koa: (api) =>
    new Koa()
      .use(api.koa(NEEDS))
      .use((ctx) => {
        ctx.body = (ctx.state.accessToken as AccessToken).subject;
      })
      .callback(),
  Express: (api) =>
    express()
      .use('/mounted', api.express(NEEDS))
      .use((request: express.Request & { accessToken?: AccessToken }, response) => {
        response.send(request.accessToken?.subject);
      }),
  'a handler of fetch style': (api) => {
    const handle = api.fetch((_request, token) => new Response(token.subject), NEEDS);
    return async (request, response) => {
      const url = `http://${request.headers.host}${request.url}`;
      const answer = await handle(
        new Request(url, { method: 'GET', headers: request.headers as Record<string, string> }),
      );
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
    };
  },
};

/** Somebody without a second factor, for each. */
const PEOPLE: Readonly<Record<string, string>> = {
  Koa: 'koa@open.test',
  Express: 'express@open.test',
  'a handler of fetch style': 'fetch@open.test',
};

describe('doublelock/resource-server', () => {
  const at = interaction(() => ({
    resource_servers: [{ identifier: API, scopes: ['read', 'write'] }],
    ...withClients(confidential('worker', { grant_types: ['client_credentials'], redirect_uris: [] })),
    ...withPeople(Object.fromEntries(Object.values(PEOPLE).map((email) => [email, 'new@open.test']))),
  }));

  for (const [name, serve] of Object.entries(SERVERS)) {
    describe(`on ${name}`, () => {
      const email = PEOPLE[name] ?? '';
      let origin: string;
      let stop: () => void;
      before(async () => {
        const api = resourceServer({ issuer: at.app.origin, audience: API, clock: at.clock });
        const server = createServer(serve(api)).listen(0, '127.0.0.1');
        await once(server, 'listening');
        origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        stop = () => server.close();
      });
      after(() => stop());

      /** A code for the API, redeemed for a token; `holder`: bound to a key. */
      async function tokenOf(scope: string, holder?: Awaited<ReturnType<typeof client.randomDPoPKeyPair>>) {
        const visitor = at.app.visitor();
        const url = await at.rp.authorizationUrl({ scope: `openid ${scope}`, resource: API });
        const end = await signIn(at.app, visitor, url, 'app@open.test');
        const handle = holder && client.getDPoPHandle(at.rp.configuration, holder);
        return redeem(end.location, handle);
      }

      async function redeem(location: string | null, handle?: client.DPoPHandle) {
        const tokens = await at.rp.exchange(location ?? '', { resource: API }, handle);
        const call = (headers: Record<string, string>) => fetch(`${origin}/mounted/things?a=1`, { headers });
        const resource = () =>
          client.fetchProtectedResource(
            at.rp.configuration,
            tokens.access_token,
            new URL(`${origin}/mounted/things?a=1`),
            'GET',
            undefined,
            undefined,
            handle && { DPoP: handle },
          );
        return { tokens, call: () => call({ authorization: `Bearer ${tokens.access_token}` }), resource };
      }

      const challengeOf = (response: Response) => response.headers.get('www-authenticate') ?? '';

      it('lets a user with a token for it in, and nobody without [U.3]', async () => {
        const { call, tokens } = await tokenOf('read');
        const response = await call();
        expect([response.status, await response.text()]).to.deep.equal([200, tokens.claims()?.sub]);
        const bare = await fetch(`${origin}/mounted/things`);
        expect(bare.status).to.equal(401);
        expect(challengeOf(bare)).to.match(/^Bearer scope="read".*, DPoP scope="read".* algs="ES256 /);
        expect(bare.headers.get('cache-control')).to.equal('no-store');
        expect(bare.headers.get('content-type')).to.match(/^application\/json/);
      });

      it('refuses a token without the scope, and one for the userinfo endpoint [U.3]', async () => {
        const { call } = await tokenOf('write');
        const lacking = await call();
        expect(lacking.status).to.equal(403);
        expect(challengeOf(lacking)).to.include('error="insufficient_scope"').and.include('scope="read"');
        const visitor = at.app.visitor();
        const end = await signIn(at.app, visitor, await at.rp.authorizationUrl(), 'app@open.test');
        const { access_token: forUserInfo } = await at.rp.exchange(end.location ?? '');
        const foreign = await fetch(`${origin}/mounted/x`, {
          headers: { authorization: `Bearer ${forUserInfo}` },
        });
        expect([foreign.status, ((await foreign.json()) as { error: string }).error]).to.deep.equal([
          401,
          'invalid_token',
        ]);
      });

      it('asks for a step-up, and lets the user in after it (RFC 9470) [A76]', async () => {
        const visitor = at.app.visitor();
        const asked = { scope: 'openid read', resource: API };
        const weakly = await signIn(at.app, visitor, await at.rp.authorizationUrl(asked), email);
        const weak = await redeem(weakly.location);
        const refused = await weak.call();
        expect(refused.status).to.equal(401);
        const challenge = challengeOf(refused);
        expect(challenge)
          .to.include('error="insufficient_user_authentication"')
          .and.include('max_age="3600"');
        const [, acr = ''] = /acr_values="([^"]+)"/.exec(challenge) ?? [];
        await visitor.open(await at.rp.authorizationUrl({ ...asked, acr_values: acr }));
        const { end } = await setUpApp(at.app, visitor);
        const strong = await redeem(end.location);
        expect((await strong.call()).status).to.equal(200);
      });

      it('takes a bound token with a proof of its key, and not without [U.3]', async () => {
        const holder = await client.randomDPoPKeyPair();
        const { call, resource } = await tokenOf('read', holder);
        expect((await resource()).status).to.equal(200);
        const bare = await call();
        expect(bare.status).to.equal(401);
        expect(challengeOf(bare)).to.include('bound to a key');
      });
    });
  }

  it('takes the token of a client that acts for itself where no user is required [U.3]', async () => {
    const { body } = await post(
      at.app,
      '/token',
      { grant_type: 'client_credentials', resource: API, scope: 'read' },
      'worker',
    );
    const api = resourceServer({ issuer: at.app.origin, audience: API, clock: at.clock });
    const request = {
      method: 'GET',
      url: `${API}/`,
      authorization: `Bearer ${body.access_token}`,
      dpop: null,
    };
    const verdict = await api.check(request, { scopes: ['read'] });
    expect(verdict.ok && verdict.token).to.deep.include({ subject: 'worker', clientId: 'worker', acr: null });
    expect((await api.check(request, NEEDS)).ok).to.equal(false);
  });
});
