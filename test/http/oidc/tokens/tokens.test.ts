/** Revocation and introspection: who may end a token, and who may ask about one. */
import { expect } from 'chai';
import * as client from 'openid-client';
import { CLIENT_SECRET } from '../../../support/app.ts';
import { interaction, partyOf, post, refresh, refusal, tokensFor } from '../story.ts';

const OFFLINE = { scope: 'openid offline_access' };
const SPA = 'http://127.0.0.1:9/spa';

describe('tokens', () => {
  const at = interaction();

  const signedIn = () => tokensFor(at.app, at.rp, 'new@open.test', OFFLINE);
  const userInfo = (token: string, sub: string) => client.fetchUserInfo(at.rp.configuration, token, sub);

  it('end when the refresh token is revoked, the access token included [U.3]', async () => {
    const { tokens, claims } = await signedIn();
    await client.tokenRevocation(at.rp.configuration, tokens.refresh_token ?? '');
    expect(await refusal(refresh(at.rp, tokens.refresh_token))).to.equal('invalid_grant');
    expect(await refusal(userInfo(tokens.access_token, claims.sub))).to.equal('invalid_token');
  });

  it('end by revocation of the access token [U.3]', async () => {
    const { tokens, claims } = await signedIn();
    await client.tokenRevocation(at.rp.configuration, tokens.access_token);
    expect(await refusal(userInfo(tokens.access_token, claims.sub))).to.equal('invalid_token');
  });

  it('are revoked by their own client only, and nobody learns whether a token exists [U.3]', async () => {
    const { tokens, claims } = await signedIn();
    const foreign = await post(at.app, '/token/revocation', { token: tokens.access_token }, 'rp2');
    const unknown = await post(at.app, '/token/revocation', { token: 'unknown' }, 'rp2');
    expect(foreign).to.deep.equal(unknown);
    expect(foreign.status).to.equal(200);
    expect((await userInfo(tokens.access_token, claims.sub)).sub).to.equal(claims.sub);
  });

  it('are introspected by a resource server with a secret of its own [U.3]', async () => {
    const { tokens, claims } = await signedIn();
    const { status, body } = await post(
      at.app,
      '/token/introspection',
      { token: tokens.access_token },
      'rp2',
    );
    expect(status).to.equal(200);
    expect(body).to.include({ active: true, client_id: 'rp', sub: claims.sub, token_type: 'Bearer' });
    expect(body).not.to.have.any.keys('email', 'name');
  });

  it('reveal nothing of a refresh token to another client [U.3]', async () => {
    const { tokens } = await signedIn();
    const token = tokens.refresh_token ?? '';
    expect((await post(at.app, '/token/introspection', { token })).body.active).to.equal(true);
    expect((await post(at.app, '/token/introspection', { token }, 'rp2')).body).to.deep.equal({
      active: false,
    });
  });

  it('reveal nothing to a public client, not even of its own tokens [U.3]', async () => {
    const spa = await partyOf(at.app, 'spa', SPA, null);
    const { tokens } = await tokensFor(at.app, spa, 'new@open.test');
    const answer = await client.tokenIntrospection(spa.configuration, tokens.access_token);
    expect(answer).to.deep.equal({ active: false });
  });

  it('cannot be introspected without a secret or with a wrong one [U.3]', async () => {
    const { tokens } = await signedIn();
    for (const path of ['/token/introspection', '/token/revocation']) {
      for (const secret of [undefined, `${CLIENT_SECRET}x`]) {
        const authorization = `Basic ${Buffer.from(`rp:${secret}`).toString('base64')}`;
        const response = await fetch(new URL(path, at.app.origin), {
          method: 'POST',
          headers: secret === undefined ? {} : { authorization },
          body: new URLSearchParams({ token: tokens.access_token, client_id: 'rp' }),
        });
        expect(response.status).to.equal(401);
        expect(((await response.json()) as { error: string }).error).to.equal('invalid_client');
      }
    }
  });

  it('live ten minutes [U.3]', async () => {
    const { tokens, claims } = await signedIn();
    expect(tokens.expires_in).to.equal(600);
    at.clock.nextStep(599_000);
    expect((await userInfo(tokens.access_token, claims.sub)).sub).to.equal(claims.sub);
    at.clock.nextStep(2_000);
    expect(await refusal(userInfo(tokens.access_token, claims.sub))).to.equal('invalid_token');
    expect((await client.tokenIntrospection(at.rp.configuration, tokens.access_token)).active).to.equal(
      false,
    );
  });

  it('of a sign-in without offline_access end with its session [U.3]', async () => {
    const { visitor, tokens, claims } = await tokensFor(at.app, at.rp, 'new@open.test');
    const confirm = await visitor.open('/session/end');
    await visitor.follow(await visitor.submit(confirm, {}, 'logout'));
    expect(await refusal(userInfo(tokens.access_token, claims.sub))).to.equal('invalid_token');
  });

  it('are taken from the header or a form, never from the address [A84]', async () => {
    const { tokens } = await signedIn();
    const inAddress = await fetch(new URL(`/me?access_token=${tokens.access_token}`, at.app.origin));
    expect(inAddress.status).to.equal(400);
    const none = await fetch(new URL('/me', at.app.origin));
    expect(none.status).to.be.oneOf([400, 401]);
  });

  it('are refused in JSON (RFC 6749, 5.2), also to a program that accepts pages rather, as some do unasked [U.3]', async () => {
    const accept = 'text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2';
    const ask = async (path: string, fields?: Readonly<Record<string, string>>) => {
      const form = fields ? { method: 'POST', body: new URLSearchParams(fields) } : {};
      const response = await fetch(new URL(path, at.app.origin), { ...form, headers: { accept } });
      expect(response.headers.get('content-type'), path).to.match(/^application\/json/);
      const body: Record<string, unknown> = JSON.parse(await response.text());
      return body.error;
    };
    const client_id = 'nobody';
    expect(await ask('/token', { grant_type: 'refresh_token', client_id })).to.equal('invalid_client');
    expect(await ask('/token/introspection', { token: 'x', client_id })).to.equal('invalid_client');
    expect(await ask('/token/revocation', { token: 'x', client_id })).to.equal('invalid_client');
    expect(await ask('/request', { client_id })).to.equal('invalid_client');
    expect(await ask('/me')).to.equal('invalid_token');
  });
});
