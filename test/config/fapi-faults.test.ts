/** The faults of a client with the FAPI 2.0 profile, and the metadata of one without a fault. */
import { expect } from 'chai';
import { configFolder, ecKey, itRefuses, production, type Row, rsaKey } from './config-file.ts';

const fapi = (lines = '', uri = 'https://rp.test/cb') =>
  `clients:\n  - client_id: rp\n    redirect_uris: ["${uri}"]\n    profile: fapi2\n    jwks_uri: https://rp.test/jwks\n    ${lines}`;

const ROWS: readonly Row[] = [
  [
    'FAPI with ID tokens of RS256',
    fapi('id_token_signed_response_alg: RS256'),
    'clients[0].id_token_signed_response_alg',
    /ES256 with the profile fapi2/,
  ],
  [
    'FAPI with the response type none',
    fapi('response_types: [code, none]'),
    'clients[0].response_types',
    /code alone/,
  ],
  [
    'FAPI with the device grant',
    fapi('grant_types: [authorization_code, "urn:ietf:params:oauth:grant-type:device_code"]'),
    'clients[0].grant_types',
    /pushed requests/,
  ],
  [
    'FAPI with http in production',
    production(fapi('', 'http://rp.test/cb')),
    'clients[0].redirect_uris[0]',
    /https:\/\/ with the profile fapi2/,
  ],
  [
    'FAPI with its keys on http in production',
    production(fapi().replace('https://rp.test/jwks', 'http://rp.test/jwks')),
    'clients[0].jwks_uri',
    /https:\/\/ with the profile fapi2/,
  ],
  [
    'FAPI in production without a key of ES256',
    production(fapi()).replace(/signing: .*/, `signing: [${JSON.stringify(rsaKey())}]`),
    'clients[0].id_token_signed_response_alg',
    /no key of secrets.signing signs with ES256/,
  ],
];

describe('a client with the FAPI 2.0 profile', () => {
  itRefuses(ROWS);
  const folder = configFolder();

  it('gets ID tokens of ES256, whatever the other clients get', () => {
    const { clients } = folder.load(fapi());
    expect(clients[0]?.metadata.id_token_signed_response_alg).to.equal('ES256');
    const alone = folder.load(
      production(fapi()).replace(/signing: .*/, `signing: [${JSON.stringify(ecKey())}]`),
    );
    expect(alone.clients[0]?.metadata.id_token_signed_response_alg).to.equal('ES256');
  });

  it('may use http in development, and as a native application on its own device', () => {
    expect(folder.load(fapi('', 'http://localhost:9/cb')).clients).to.have.length(1);
    const native = production(fapi('application_type: native', 'http://127.0.0.1/cb'));
    expect(folder.load(native).clients).to.have.length(1);
  });

  it('may use client_credentials, with DPoP as for every token', () => {
    const { clients } = folder.load(fapi('grant_types: [authorization_code, client_credentials]'));
    expect(clients[0]?.metadata).to.include({ dpop_bound_access_tokens: true });
  });
});
