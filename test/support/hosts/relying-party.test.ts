/** The relying party of the tests, against a bare provider that signs everybody in. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import Provider from 'oidc-provider';
import { createVisitor } from '../visitor.ts';
import { createRelyingParty } from './relying-party.ts';

const CLIENT = {
  client_id: 'rp',
  client_secret: 'a secret of thirty-two characters',
  redirect_uris: ['https://rp.test/cb'],
};

function createBareProvider(issuer: string): Provider {
  const provider = new Provider(issuer, {
    clients: [CLIENT],
    cookies: { keys: ['a cookie key for this test alone'] },
    ttl: { Interaction: 60, Grant: 60, Session: 60, AccessToken: 60, IdToken: 60 },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    async loadExistingGrant(ctx) {
      const clientId = ctx.oidc.client?.clientId ?? '';
      const grant = new ctx.oidc.provider.Grant({ clientId, accountId: ctx.oidc.session?.accountId ?? '' });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
  });
  provider.use(async (ctx, next) => {
    if (!ctx.path.startsWith('/interaction/')) return next();
    const login = { accountId: 'bob' };
    ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, { login }));
    ctx.status = 303;
  });
  return provider;
}

describe('the relying party of the tests', () => {
  let server: Server;
  let issuer: string;

  before((done) => {
    server = createServer().listen(0, '127.0.0.1', () => {
      issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      server.on('request', createBareProvider(issuer).callback());
      done();
    });
  });
  after((done) => {
    server.close(done);
    server.closeAllConnections();
  });

  function connect() {
    return createRelyingParty({
      issuer,
      clientId: 'rp',
      clientSecret: CLIENT.client_secret,
      redirectUri: 'https://rp.test/cb',
    });
  }

  it('signs in through redirects that a visitor follows, and verifies the ID token', async () => {
    const relyingParty = await connect();
    const end = await createVisitor(issuer).open(await relyingParty.authorizationUrl({ max_age: '60' }));
    expect(end.location).to.match(/^https:\/\/rp\.test\/cb\?code=/);
    const tokens = await relyingParty.exchange(end.location ?? '');
    expect(tokens.claims()).to.include({ sub: 'bob', aud: 'rp', iss: issuer });
    expect(tokens.claims()?.auth_time).to.be.a('number');
  });

  it('accepts no response without its request, and reports the error of a failed one', async () => {
    const relyingParty = await connect();
    const end = await createVisitor(issuer).open(await relyingParty.authorizationUrl({ prompt: 'none' }));
    expect(await relyingParty.exchange(end.location ?? '').catch(({ error }) => error)).to.equal(
      'login_required',
    );
    const foreign = await connect();
    expect(await foreign.exchange(end.location ?? '').catch(String)).to.include('did not ask');
  });
});
