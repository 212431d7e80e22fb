/** The faults that a file can have in tokens, claims, APIs and outbound requests. */
import { expect } from 'chai';
import { configFolder, itRefuses, type Row } from './config-file.ts';

const claim = (name: string, more = 'from: attributes.department, scope: profile') =>
  `claims:\n  - { claim: ${name}, ${more} }`;
const server = (lines: string) => `resource_servers:\n  - ${lines}`;
const client = (lines: string) =>
  `clients:\n  - client_id: rp\n    redirect_uris: [https://rp.test/cb]\n    ${lines}`;
const confidential = (lines: string) => client(`client_secret: ${'s'.repeat(32)}\n    ${lines}`);
const fapi = (lines: string) => client(`profile: fapi2\n    jwks_uri: https://rp.test/jwks\n    ${lines}`);

const ROWS: readonly Row[] = [
  ['no lifetime', 'tokens: { access_minutes: 0 }', 'tokens.access_minutes', /1 or more/],
  ['a lifetime of years', 'tokens: { refresh_days: 1000 }', 'tokens.refresh_days', /365 or less/],
  [
    'a long overlap',
    'tokens: { refresh_overlap_seconds: 61 }',
    'tokens.refresh_overlap_seconds',
    /60 or less/,
  ],
  [
    'an unknown algorithm',
    'tokens: { id_token_signed_response_alg: none }',
    'tokens.id_token_signed_response_alg',
    /one of RS256, ES256/,
  ],
  ['no idle time', 'session: { idle_minutes: 0 }', 'session.idle_minutes', /1 or more/],
  [
    'a claim of the product',
    claim('groups'),
    'claims[0].claim',
    /"groups" is a claim that the product gives/,
  ],
  ['a claim of the protocol', claim('acr'), 'claims[0].claim', /"acr"/],
  ['a claim with a space', claim('"a b"'), 'claims[0].claim', /printable ASCII/],
  [
    'a claim that no token can carry',
    claim('__proto__'),
    'claims[0].claim',
    /no name that a token can carry/,
  ],
  ['another one', claim('constructor'), 'claims[0].claim', /no name that a token can carry/],
  [
    'a claim twice',
    `${claim('unit')}\n  - { claim: unit, from: attributes.unit, scope: email }`,
    'claims[1].claim',
    /that of claims\[0\]/,
  ],
  [
    'a claim from elsewhere',
    claim('unit', 'from: password_hash, scope: profile'),
    'claims[0].from',
    /must be attributes\./,
  ],
  [
    'a claim of no scope',
    claim('unit', 'from: attributes.unit, scope: payroll'),
    'claims[0].scope',
    /one of openid, profile/,
  ],
  [
    'an API without a scheme',
    server('identifier: api.test'),
    'resource_servers[0].identifier',
    /absolute URI/,
  ],
  [
    'an API with a fragment',
    server('identifier: "https://api.test/#v1"'),
    'resource_servers[0].identifier',
    /without a fragment/,
  ],
  [
    'an API twice',
    `${server('identifier: https://api.test')}\n  - identifier: https://api.test`,
    'resource_servers[1].identifier',
    /of resource_servers\[0\] already/,
  ],
  [
    'a scope with a space',
    server('{ identifier: https://api.test, scopes: ["a b"] }'),
    'resource_servers[0].scopes[0]',
    /not a scope/,
  ],
  [
    'a scope of OpenID Connect',
    server('{ identifier: https://api.test, scopes: [email] }'),
    'resource_servers[0].scopes[0]',
    /OpenID Connect/,
  ],
  [
    'an unknown token format',
    server('{ identifier: https://api.test, access_token_format: paseto }'),
    'resource_servers[0].access_token_format',
    /one of jwt, opaque/,
  ],
  [
    'a network without a length',
    'outbound: { allow_private_networks: [10.0.0.0] }',
    'outbound.allow_private_networks[0]',
    /CIDR/,
  ],
  [
    'a network with a wrong length',
    'outbound: { allow_private_networks: [10.0.0.0/33] }',
    'outbound.allow_private_networks[0]',
    /CIDR/,
  ],
  [
    'an unknown PKCE rule',
    client('require_pkce: maybe'),
    'clients[0].require_pkce',
    /one of auto, true, false/,
  ],
  [
    'no rotation for a public client',
    client('rotate_refresh_tokens: false'),
    'clients[0].rotate_refresh_tokens',
    /confidential/,
  ],
  [
    'an unknown kind of refresh tokens',
    client('refresh_tokens: forever'),
    'clients[0].refresh_tokens',
    /one of auto, session, offline/,
  ],
  [
    'an unknown lifetime of a client',
    client('token_lifetimes: { access_hours: 1 }'),
    'clients[0].token_lifetimes.access_hours',
    /unknown key/,
  ],
  [
    'a lifetime of a client',
    client('token_lifetimes: { access_minutes: 0 }'),
    'clients[0].token_lifetimes.access_minutes',
    /1 or more/,
  ],
  ['an unknown profile', client('profile: fapi1'), 'clients[0].profile', /one of fapi2/],
  [
    'an unknown audience',
    client('client_assertion_audience: any'),
    'clients[0].client_assertion_audience',
    /one of issuer, lenient/,
  ],
  [
    'client_credentials of a public client',
    client('grant_types: [authorization_code, client_credentials]'),
    'clients[0].grant_types',
    /confidential/,
  ],
  [
    'a code without its grant',
    confidential('grant_types: [client_credentials]\n    response_types: [code]'),
    'clients[0].grant_types',
    /authorization_code/,
  ],
  ['no response type for the code', confidential('response_types: []'), 'clients[0].response_types', /empty/],
  [
    'FAPI with a secret',
    confidential('profile: fapi2\n    token_endpoint_auth_method: client_secret_basic'),
    'clients[0].token_endpoint_auth_method',
    /private_key_jwt/,
  ],
  ['FAPI without keys', client('profile: fapi2'), 'clients[0].jwks', /required with private_key_jwt/],
  ['FAPI without PKCE', fapi('require_pkce: false'), 'clients[0].require_pkce', /fapi2/],
  ['FAPI with rotation', fapi('rotate_refresh_tokens: true'), 'clients[0].rotate_refresh_tokens', /fapi2/],
  [
    'FAPI with a lenient audience',
    fapi('client_assertion_audience: lenient'),
    'clients[0].client_assertion_audience',
    /fapi2/,
  ],
  [
    'FAPI with RS256',
    fapi('token_endpoint_auth_signing_alg: RS256'),
    'clients[0].token_endpoint_auth_signing_alg',
    /PS256/,
  ],
  [
    'an attribute with a dot',
    'tenants: [{ id: acme }]\naccounts: [{ email: b@acme.test, tenant: acme, attributes: { "a.b": x } }]',
    'accounts[0].attributes["a.b"]',
    /letters, digits/,
  ],
  [
    'an attribute that is a map',
    'tenants: [{ id: acme }]\naccounts: [{ email: b@acme.test, tenant: acme, attributes: { unit: {} } }]',
    'accounts[0].attributes.unit',
    /a text, a number/,
  ],
  [
    'an unknown language',
    'tenants: [{ id: acme }]\naccounts: [{ email: b@acme.test, tenant: acme, locale: de }]',
    'accounts[0].locale',
    /one of en, nl/,
  ],
  ['an unknown time zone', 'tenants: [{ id: acme, time_zone: Amsterdam }]', 'tenants[0].time_zone', /IANA/],
  [
    'an offset for a time zone',
    'tenants: [{ id: acme, time_zone: "+01:00" }]',
    'tenants[0].time_zone',
    /IANA/,
  ],
];

describe('a file with a fault in tokens, claims or APIs [R36]', () => {
  itRefuses(ROWS);
});

describe('settings of tokens, claims and APIs [U.5]', () => {
  const folder = configFolder();

  it('are read, with the lifetimes of clients and APIs in seconds', () => {
    const { claims, resourceServers, clients, tokens } = folder.load(`
tokens: { access_minutes: 5, refresh_days: 7, refresh_overlap_seconds: 0 }
claims: [{ claim: department, from: attributes.department, scope: profile }]
resource_servers:
  - { identifier: "https://api.example", scopes: [read], access_minutes: 15 }
  - { identifier: "urn:example:api", access_token_format: opaque }
clients:
  - client_id: web
    redirect_uris: [https://rp.example/cb]
    scope: openid profile groups read
    token_lifetimes: { access_minutes: 2, refresh_days: 1 }
  - client_id: batch
    client_secret: ${'s'.repeat(32)}
    grant_types: [client_credentials]
`);
    expect(tokens).to.include({ accessMinutes: 5, refreshDays: 7, refreshOverlapSeconds: 0 });
    expect(claims).to.deep.equal([{ claim: 'department', attribute: 'department', scope: 'profile' }]);
    expect(resourceServers).to.deep.equal([
      { identifier: 'https://api.example', scopes: ['read'], accessTokenFormat: 'jwt', accessSeconds: 900 },
      { identifier: 'urn:example:api', scopes: [], accessTokenFormat: 'opaque', accessSeconds: null },
    ]);
    expect(clients.map(({ tokenLifetimes }) => tokenLifetimes)).to.deep.equal([
      { access: 120, refresh: 86_400 },
      { access: 300, refresh: 604_800 },
    ]);
    expect(clients.map(({ scopes }) => scopes)).to.deep.equal([
      ['openid', 'profile', 'groups', 'read'],
      null,
    ]);
    expect(clients[0]?.metadata.scope).to.equal('openid profile groups');
    expect(clients[1]?.metadata).to.deep.include({ redirect_uris: [], response_types: [] });
  });

  it('turn a client of the FAPI 2.0 profile into one with PAR, DPoP and keys of its own', () => {
    const { clients } = folder.load(fapi(''));
    expect(clients[0]).to.include({ requirePkce: true, rotateRefreshTokens: false, profile: 'fapi2' });
    expect(clients[0]?.metadata).to.include({
      token_endpoint_auth_method: 'private_key_jwt',
      require_pushed_authorization_requests: true,
      dpop_bound_access_tokens: true,
    });
  });

  it('give session-bound refresh tokens to first-party clients alone', () => {
    const { clients } = folder.load(`clients:
  - { client_id: ours, redirect_uris: [https://a.test/cb], first_party: true }
  - { client_id: theirs, redirect_uris: [https://b.test/cb] }
  - { client_id: chosen, redirect_uris: [https://c.test/cb], first_party: true, refresh_tokens: offline }`);
    expect(clients.map(({ refreshTokens }) => refreshTokens)).to.deep.equal([
      'session',
      'offline',
      'offline',
    ]);
  });
});
