/** Refresh tokens: the clients that get one, the rotation, and the end of the chain. */
import { expect } from 'chai';
import { DAY, HOUR } from '../machine-clock.ts';
import {
  askAgain,
  claimsOf,
  confidential,
  interaction,
  partyOf,
  post,
  redeem,
  refresh,
  refusal,
  signIn,
  tokensFor,
  withClients,
} from '../story.ts';

const OFFLINE = { scope: 'openid offline_access' };
const SPA = 'http://127.0.0.1:9/spa';

describe('refresh tokens', () => {
  const at = interaction(() =>
    withClients(
      {
        client_id: 'native',
        application_type: 'native',
        redirect_uris: ['app.test:/back'],
        first_party: true,
      },
      confidential('no-refresh', { grant_types: ['authorization_code'] }),
      confidential('rotating', { rotate_refresh_tokens: true, refresh_tokens: 'offline' }),
    ),
  );

  it('are issued to a client that requests offline_access [U.3]', async () => {
    const { tokens } = await tokensFor(at.app, at.rp, 'new@open.test');
    expect(tokens.refresh_token).to.equal(undefined);
  });

  it('are given to a first-party client without a consent page [U.3]', async () => {
    const visitor = at.app.visitor();
    const end = await signIn(at.app, visitor, await at.rp.authorizationUrl(OFFLINE), 'new@open.test');
    const { tokens } = await redeem(at.rp, end);
    expect(tokens.scope?.split(' ')).to.include('offline_access');
    expect(claimsOf(await refresh(at.rp, tokens.refresh_token)).aud).to.equal('rp');
  });

  it('are given to a first-party client that pushes its request [U.3]', async () => {
    const url = new URL(await at.rp.authorizationUrl(OFFLINE));
    const { body } = await post(at.app, '/request', Object.fromEntries(url.searchParams));
    const query = new URLSearchParams({ client_id: 'rp', request_uri: String(body.request_uri) });
    const end = await signIn(at.app, at.app.visitor(), `/auth?${query}`, 'new@open.test');
    expect((await redeem(at.rp, end)).tokens.refresh_token).to.be.a('string');
  });

  it('are not given for a scope that a browser adds to a pushed request [A46]', async () => {
    const url = new URL(await at.rp.authorizationUrl());
    const { body } = await post(at.app, '/request', Object.fromEntries(url.searchParams));
    const query = new URLSearchParams({ client_id: 'rp', request_uri: String(body.request_uri), ...OFFLINE });
    const end = await signIn(at.app, at.app.visitor(), `/auth?${query}`, 'new@open.test');
    const { tokens } = await redeem(at.rp, end);
    expect([tokens.scope, tokens.refresh_token]).to.deep.equal(['openid', undefined]);
  });

  it('are given to a first-party client on SSO, and where it says prompt=consent itself [U.3]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const rp2 = await at.app.relyingParty('rp2');
    for (const more of [{}, { prompt: 'consent' }]) {
      const end = await askAgain(visitor, rp2, { ...OFFLINE, ...more });
      expect((await redeem(rp2, end)).tokens.refresh_token).to.be.a('string');
    }
  });

  for (const [kind, clientId, redirectUri] of [
    ['an app on a device', 'native', 'app.test:/back'],
    ['a single-page app', 'spa', SPA],
  ] as const) {
    it(`are given to ${kind} of ours without a consent page, and rotate [U.3]`, async () => {
      const party = await partyOf(at.app, clientId, redirectUri, null);
      const visitor = at.app.visitor();
      const end = await signIn(at.app, visitor, await party.authorizationUrl(OFFLINE), 'new@open.test');
      const { tokens } = await redeem(party, end);
      const next = await refresh(party, tokens.refresh_token);
      expect(next.refresh_token).to.be.a('string').and.not.equal(tokens.refresh_token);
    });
  }

  it('are issued to a client that may refresh [U.3]', async () => {
    const party = await at.app.relyingParty('no-refresh');
    const { tokens } = await tokensFor(at.app, party, 'new@open.test', OFFLINE);
    expect(tokens.refresh_token).to.equal(undefined);
  });

  it('rotate for a client with a secret that wants it [A46]', async () => {
    const rotating = await at.app.relyingParty('rotating');
    const { tokens } = await tokensFor(at.app, rotating, 'new@open.test', OFFLINE);
    const second = await refresh(rotating, tokens.refresh_token);
    const third = await refresh(rotating, second.refresh_token);
    expect(new Set([tokens, second, third].map((each) => each.refresh_token)).size).to.equal(3);
  });

  it('work for one client only [A46]', async () => {
    const { tokens } = await tokensFor(at.app, at.rp, 'new@open.test', OFFLINE);
    const rp2 = await at.app.relyingParty('rp2');
    expect(await refusal(refresh(rp2, tokens.refresh_token))).to.equal('invalid_grant');
    expect((await refresh(at.rp, tokens.refresh_token)).access_token).to.be.a('string');
  });

  it('never widen the scope [A46]', async () => {
    const { tokens } = await tokensFor(at.app, at.rp, 'new@open.test', OFFLINE);
    const fields = {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token ?? '',
      scope: 'openid email offline_access',
    };
    const { status, body } = await post(at.app, '/token', fields);
    expect([status, body.error]).to.deep.equal([400, 'invalid_scope']);
  });

  for (const [clientId, kind] of [
    ['rp', 'that stays the same'],
    ['rotating', 'that rotates'],
  ] as const) {
    it(`outlive the session with offline_access, and end thirty days after the sign-in: a token ${kind} [A46]`, async () => {
      const party = await at.app.relyingParty(clientId);
      const { tokens, claims } = await tokensFor(at.app, party, 'new@open.test', OFFLINE);
      let current = tokens.refresh_token;
      for (const hours of [25, 10 * 24, 10 * 24, 9 * 24 - 2]) {
        at.clock.nextStep(hours * HOUR);
        const next = await refresh(party, current);
        expect(claimsOf(next).auth_time).to.equal(claims.auth_time);
        current = next.refresh_token;
      }
      at.clock.nextStep(DAY);
      expect(await refusal(refresh(party, current))).to.equal('invalid_grant');
    });
  }
});
