/** The discovery document, and the keys that sign ID tokens. */
import { expect } from 'chai';
import * as client from 'openid-client';
import { PASSWORD } from '../../../support/app.ts';
import {
  confidential,
  interaction,
  MFA,
  PHR,
  partyOf,
  SFA,
  TWO_STEP,
  tokensFor,
  withClients,
} from '../story.ts';

describe('discovery', () => {
  const at = interaction(() => withClients(confidential('es256', { id_token_signed_response_alg: 'ES256' })));

  async function json(path: string): Promise<Record<string, unknown>> {
    const page = await at.app.visitor().get(path, { accept: 'application/json' });
    expect(page.status).to.equal(200);
    expect(page.headers['content-type']).to.match(/^application\/(json|jwk-set\+json)/);
    return JSON.parse(page.text);
  }

  it('names the endpoints, under the issuer of the configuration [U.3]', async () => {
    const document = await json('/.well-known/openid-configuration');
    const { origin } = at.app;
    expect(document).to.include({
      issuer: origin,
      authorization_endpoint: `${origin}/auth`,
      token_endpoint: `${origin}/token`,
      userinfo_endpoint: `${origin}/me`,
      jwks_uri: `${origin}/jwks`,
      end_session_endpoint: `${origin}/session/end`,
      introspection_endpoint: `${origin}/token/introspection`,
      revocation_endpoint: `${origin}/token/revocation`,
      pushed_authorization_request_endpoint: `${origin}/request`,
      device_authorization_endpoint: `${origin}/device/auth`,
      backchannel_logout_supported: true,
      claims_parameter_supported: true,
    });
  });

  it('lists the levels, the scopes and the claims [U.3]', async () => {
    const document = await json('/.well-known/openid-configuration');
    expect(document.acr_values_supported).to.deep.equal([SFA, TWO_STEP, MFA, PHR]);
    expect(document.scopes_supported).to.have.members([
      'openid',
      'groups',
      'profile',
      'email',
      'phone',
      'offline_access',
    ]);
    expect(document.claims_supported).to.include.members(['acr', 'amr', 'auth_time', 'tenant']);
    expect(document.ui_locales_supported).to.deep.equal(['en', 'nl']);
  });

  it('offers the code flow with PKCE S256, and nothing that was turned off [A84]', async () => {
    const document = await json('/.well-known/openid-configuration');
    expect(document.response_types_supported).to.have.members(['code', 'none']);
    expect(document.response_modes_supported).to.have.members(['query', 'form_post']);
    expect(document.grant_types_supported).to.have.members([
      'authorization_code',
      'refresh_token',
      'client_credentials',
      'urn:ietf:params:oauth:grant-type:device_code',
    ]);
    expect(document.code_challenge_methods_supported).to.deep.equal(['S256']);
    expect(document).not.to.have.any.keys(
      'registration_endpoint',
      'backchannel_authentication_endpoint',
      'check_session_iframe',
    );
  });

  it('publishes an ES256 and an RS256 key, and no private part of either [U.3]', async () => {
    const { keys } = (await json('/jwks')) as unknown as { keys: Record<string, unknown>[] };
    expect(keys.map(({ kty, alg }) => `${kty} ${alg}`)).to.have.members(['EC ES256', 'RSA RS256']);
    for (const key of keys) {
      expect(key).to.include({ use: 'sig' });
      expect(key).not.to.have.any.keys('d', 'p', 'q', 'dp', 'dq', 'qi', 'k');
    }
  });

  for (const [clientId, algorithm] of [
    ['rp', 'RS256'],
    ['es256', 'ES256'],
  ] as const) {
    it(`signs the ID token of ${clientId} with ${algorithm}, by a key that it publishes [U.3]`, async () => {
      const party = await partyOf(at.app, clientId);
      client.enableNonRepudiationChecks(party.configuration);
      const { tokens } = await tokensFor(at.app, party, 'app@open.test');
      const [header] = (tokens.id_token ?? '').split('.');
      const { alg, kid } = JSON.parse(Buffer.from(header ?? '', 'base64url').toString());
      const { keys } = (await json('/jwks')) as unknown as { keys: Record<string, unknown>[] };
      expect(alg).to.equal(algorithm);
      expect(keys.find((key) => key.kid === kid)?.alg).to.equal(algorithm);
    });
  }
});

describe('a server without tenants, clients and accounts', () => {
  const at = interaction(() => ({ tenants: [], clients: [], accounts: [] }));

  it('starts, serves the discovery document, and signs nobody in [U.5]', async () => {
    const visitor = at.app.visitor();
    const document = await visitor.get('/.well-known/openid-configuration', { accept: 'application/json' });
    expect(document.status).to.equal(200);
    expect((await visitor.open('/account')).name).to.equal('sign-in');
    const refused = await visitor.signIn('new@open.test', PASSWORD);
    expect([refused.status, refused.error]).to.deep.equal([422, 'credentials_invalid']);
  });
});
