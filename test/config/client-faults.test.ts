/** The faults that a configuration file can have in its clients. */
import { itRefuses, type Row } from './config-file.ts';

const client = (lines: string) =>
  `clients:\n  - client_id: rp\n    redirect_uris: [https://rp.test/cb]\n    ${lines}`;
const redirect = (uri: string, type = 'web') =>
  `clients:\n  - client_id: rp\n    application_type: ${type}\n    redirect_uris: ["${uri}"]`;
const SECRET = 's'.repeat(32);
const OWN_KEY = 'token_endpoint_auth_method: private_key_jwt';

const ROWS: readonly Row[] = [
  [
    'a client twice',
    `clients: [${'{ client_id: rp, redirect_uris: [https://rp.test/cb] }, '.repeat(2)}]`,
    'clients[1].client_id',
    /"rp" is that of clients\[0\]/,
  ],
  [
    'our own client',
    'clients: [{ client_id: doublelock, redirect_uris: [https://a.test] }]',
    'clients[0].client_id',
    /our own/,
  ],
  ['a client without address', 'clients: [{ client_id: rp }]', 'clients[0].redirect_uris', /required/],
  [
    'a client with none',
    'clients: [{ client_id: rp, redirect_uris: [] }]',
    'clients[0].redirect_uris',
    /required with authorization_code/,
  ],
  ['a weak secret', client('client_secret: hunter2-hunter2'), 'clients[0].client_secret', /weak/],
  ['no value for a secret', client('client_secret:'), 'clients[0].client_secret', /no value/],
  ['a tenant unknown', client('tenant: nobody'), 'clients[0].tenant', /"nobody", named by "rp"/],
  ['a public client without PKCE', client('require_pkce: false'), 'clients[0].require_pkce', /confidential/],
  [
    'a secret unused',
    client(`client_secret: ${SECRET}\n    token_endpoint_auth_method: none`),
    'clients[0].token_endpoint_auth_method',
    /unused/,
  ],
  [
    'a secret missing',
    client('token_endpoint_auth_method: client_secret_post'),
    'clients[0].client_secret',
    /required with/,
  ],
  [
    'keys missing',
    client('token_endpoint_auth_method: private_key_jwt'),
    'clients[0].jwks',
    /jwks_uri is required/,
  ],
  [
    'keys twice',
    client(`${OWN_KEY}\n    jwks_uri: https://a\n    jwks: { keys: [{ kty: EC }] }`),
    'clients[0].jwks',
    /jwks_uri/,
  ],
  [
    'a private key',
    client(`${OWN_KEY}\n    jwks: { keys: [{ kty: EC, d: x }] }`),
    'clients[0].jwks.keys[0]',
    /private/,
  ],
  [
    'a secret beside its own key',
    client(`${OWN_KEY}\n    jwks_uri: https://a.test\n    client_secret: ${SECRET}`),
    'clients[0].client_secret',
    /unused with private_key_jwt/,
  ],
  [
    'keys of a public client',
    client('jwks_uri: https://a.test'),
    'clients[0].jwks_uri',
    /unused with none: private_key_jwt needs it/,
  ],
  [
    'keys beside a secret',
    client(`client_secret: ${SECRET}\n    jwks: { keys: [{ kty: EC }] }`),
    'clients[0].jwks',
    /unused with client_secret_basic/,
  ],
  [
    'an algorithm alone',
    client('token_endpoint_auth_signing_alg: HS256'),
    'clients[0].token_endpoint_auth_signing_alg',
    /none/,
  ],
  [
    'the implicit flow [A84]',
    client('response_types: [id_token]'),
    'clients[0].response_types[0]',
    /one of code, none/,
  ],
  [
    'a password grant [A84]',
    client('grant_types: [password]'),
    'clients[0].grant_types[0]',
    /authorization_code/,
  ],
  [
    'no code',
    client('grant_types: [refresh_token]'),
    'clients[0].grant_types',
    /refresh_token goes with authorization_code/,
  ],
  ['a pairwise subject', client('subject_type: pairwise'), 'clients[0].subject_type', /one of public/],
  [
    'a scope unknown',
    client('scope: openid admin'),
    'clients[0].scope',
    /"admin": neither one of openid, .*offline_access nor a scope of resource_servers/,
  ],
  ['a level unknown', client('default_acr_values: [gold]'), 'clients[0].default_acr_values[0]', /refeds/],
  [
    'a signature unknown',
    client('id_token_signed_response_alg: PS256'),
    'clients[0].id_token_signed_response_alg',
    /one of RS256, ES256/,
  ],
  [
    'metadata unknown',
    client('userinfo_signed_response_alg: ES256'),
    'clients[0].userinfo_signed_response_alg',
    /unknown key/,
  ],
  ['a wildcard [A83]', redirect('https://*.rp.test/cb'), 'clients[0].redirect_uris[0]', /wildcard/],
  ['a fragment [A83]', redirect('https://rp.test/cb#a'), 'clients[0].redirect_uris[0]', /fragment/],
  ['a path alone [A83]', redirect('/cb'), 'clients[0].redirect_uris[0]', /absolute/],
  ['a script [A83]', redirect('javascript:alert(1)'), 'clients[0].redirect_uris[0]', /https:/],
  [
    'a script in an app [A83]',
    redirect('javascript:alert(1)', 'native'),
    'clients[0].redirect_uris[0]',
    /javascript:/,
  ],
  [
    'http for an app [A83]',
    redirect('http://rp.test/cb', 'native'),
    'clients[0].redirect_uris[0]',
    /this device/,
  ],
  [
    'https for the device [A83]',
    redirect('https://localhost/cb', 'native'),
    'clients[0].redirect_uris[0]',
    /this device/,
  ],
];

describe('a file with a fault in a client [R36]', () => itRefuses(ROWS));
