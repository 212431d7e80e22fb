/** Access tokens of clients that act for themselves (RFC 6749, 4.4). */
import { expect } from 'chai';
import { decodeJwt } from 'jose';
import { CLIENT_SECRET } from '../../../support/app.ts';
import { confidential, interaction, post, withClients } from '../story.ts';
import { API, introspect, OPAQUE, SERVERS } from './apis.ts';

const MINUTE = 60;

describe('an access token of a client that acts for itself', () => {
  const at = interaction(() => ({
    ...withClients(confidential('worker', { grant_types: ['client_credentials'], redirect_uris: [] })),
    resource_servers: SERVERS,
  }));

  const ask = (fields: Readonly<Record<string, string>>, clientId = 'worker') =>
    post(at.app, '/token', { grant_type: 'client_credentials', ...fields }, clientId);

  it('names the client as its subject, and comes without a refresh token or claims of a user [U.3]', async () => {
    const { status, body } = await ask({ resource: API, scope: 'read' });
    expect(status).to.equal(200);
    expect(body).to.include({ token_type: 'Bearer', expires_in: 15 * MINUTE, scope: 'read' });
    expect(body).not.to.have.any.keys('refresh_token', 'id_token');
    const payload = decodeJwt(String(body.access_token));
    expect(payload).to.include({ sub: 'worker', client_id: 'worker', aud: API, scope: 'read' });
    expect(payload).not.to.have.any.keys('acr', 'amr', 'auth_time', 'groups', 'roles', 'username');
  });

  it('is looked up without a user where it is opaque [U.3]', async () => {
    const { body } = await ask({ resource: OPAQUE, scope: 'look' });
    const told = await introspect(at, String(body.access_token));
    expect(told).to.include({ active: true, aud: OPAQUE, client_id: 'worker', scope: 'look' });
    expect(told).not.to.have.any.keys('sub', 'username', 'acr');
  });

  it('is refused without an API, for an unknown one, and for two [U.3]', async () => {
    expect((await ask({ scope: 'read' })).body.error).to.equal('invalid_target');
    expect((await ask({ resource: 'https://unknown.test' })).body.error).to.equal('invalid_target');
    const basic = Buffer.from(`worker:${CLIENT_SECRET}`).toString('base64');
    const both = new URLSearchParams({ grant_type: 'client_credentials' });
    for (const { identifier } of SERVERS) both.append('resource', identifier);
    const headers = { authorization: `Basic ${basic}` };
    const response = await fetch(new URL('/token', at.app.origin), { method: 'POST', headers, body: both });
    expect(((await response.json()) as { error: string }).error).to.equal('invalid_target');
  });

  it('is refused for a scope of another API, of a user or of nobody [U.3]', async () => {
    for (const scope of ['look', 'openid', 'read offline_access', 'groups', 'everything']) {
      expect((await ask({ resource: API, scope })).body.error, scope).to.equal('invalid_scope');
    }
  });

  it('is refused to a client that did not register the grant, and to a public one [U.3]', async () => {
    expect((await ask({ resource: API, scope: 'read' }, 'rp')).body.error).to.equal('invalid_request');
    const response = await fetch(new URL('/token', at.app.origin), {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'spa', resource: API }),
    });
    expect(response.status).to.equal(400);
  });

  it('opens neither the userinfo endpoint nor a page of the account [U.3]', async () => {
    const { body } = await ask({ resource: OPAQUE, scope: 'look' });
    const headers = { authorization: `Bearer ${body.access_token}` };
    expect((await fetch(new URL('/me', at.app.origin), { headers })).status).to.equal(401);
  });
});
