/** The defaults of a short file. */
import { expect } from 'chai';
import { COMPARED_DETAILS } from '../../src/domain/administration/account-differences.ts';
import { configFolder } from './config-file.ts';

describe('the configuration [U.5]', () => {
  const folder = configFolder();

  it('has a default for everything but the members of lists', () => {
    expect(folder.load('tenants: []')).to.deep.equal({
      environment: 'development',
      issuer: 'http://localhost:3000',
      listen: { host: '127.0.0.1', port: 3000, trustedProxies: 0 },
      limits: { anonymousPerMinute: 600 },
      storage: {
        accounts: { driver: 'embedded', uri: null },
        shortLived: { driver: 'embedded', uri: null, sentinel: null, cluster: null },
        dataDir: folder.path('data'),
      },
      secrets: { encryption: [], cookies: [], signing: [] },
      session: { absoluteHours: 24, idleMinutes: null },
      mail: { transport: 'outbox', url: null, from: 'Doublelock <no-reply@localhost>' },
      metrics: { port: null },
      sms: {
        transport: 'outbox',
        from: 'Doublelock',
        allowedPrefixes: [],
        limits: { perBlockHour: 10, perTenantDay: 5000, perDay: 20_000 },
        gateway: null,
      },
      secondFactor: {
        totp: { issuer: 'Doublelock', digits: 6, periodSeconds: 30, driftSteps: 1 },
        email: { lifetimeSeconds: 90 },
        sms: { lifetimeSeconds: 90 },
        trustedDevice: { days: 30 },
      },
      audit: { retentionDays: 365 },
      geo: { database: null },
      passwords: { breachedFile: null },
      outbound: { allowPrivateNetworks: [] },
      tokens: {
        accessMinutes: 10,
        refreshDays: 30,
        refreshOverlapSeconds: 10,
        idTokenAlgorithm: 'RS256',
      },
      claims: [],
      resourceServers: [],
      tenants: [],
      clients: [],
      accounts: [],
      logLevel: 'info',
      isBuiltInDemo: false,
      warnings: [],
      writtenSettings: {},
    });
  });

  it('gives a tenant, a client and an account the documented defaults', () => {
    const { tenants, clients, accounts } = folder.load(`
tenants:
  - id: acme
clients:
  - { client_id: web, client_secret: ${'s'.repeat(32)}, redirect_uris: [https://rp.example/cb] }
  - { client_id: app, redirect_uris: [https://app.example/cb] }
accounts:
  - { email: " Bob@Acme.Test ", tenant: acme }
`);
    expect(tenants).to.deep.equal([
      {
        id: 'acme',
        name: 'acme',
        locale: 'en',
        timeZone: 'UTC',
        country: null,
        brand: { logo: null, colour: null },
        support: { email: null, url: null },
        secondFactor: {
          enforcement: 'optional',
          minimum: 'any',
          methods: ['totp', 'email', 'sms', 'app', 'passkey'],
          graceDays: 0,
          groups: {},
          trustedDevices: false,
          passkeySignIn: true,
          setUpProof: 'email',
          resetApprovers: 1,
          resetCoolingOffHours: 0,
          message: {},
        },
      },
    ]);
    const metadata = {
      application_type: 'web',
      backchannel_logout_session_required: true,
      dpop_bound_access_tokens: false,
      grant_types: ['authorization_code', 'refresh_token'],
      id_token_signed_response_alg: 'RS256',
      post_logout_redirect_uris: [],
      require_auth_time: false,
      require_pushed_authorization_requests: false,
      response_types: ['code'],
      subject_type: 'public',
    };
    const own = {
      firstParty: false,
      requirePkce: 'auto',
      claimsInIdToken: false,
      scopes: null,
      refreshTokens: 'offline',
      tokenLifetimes: { access: 600, refresh: 30 * 24 * 60 * 60 },
      profile: null,
      assertionAudience: 'issuer',
      secondFactor: 'tenant',
      tenantId: null,
    };
    expect(clients).to.deep.equal([
      {
        clientId: 'web',
        ...own,
        rotateRefreshTokens: false,
        metadata: {
          ...metadata,
          client_id: 'web',
          client_secret: 's'.repeat(32),
          redirect_uris: ['https://rp.example/cb'],
          token_endpoint_auth_method: 'client_secret_basic',
        },
      },
      {
        clientId: 'app',
        ...own,
        rotateRefreshTokens: true,
        metadata: {
          ...metadata,
          client_id: 'app',
          redirect_uris: ['https://app.example/cb'],
          token_endpoint_auth_method: 'none',
        },
      },
    ]);
    expect(accounts).to.deep.equal([
      {
        email: 'bob@acme.test',
        name: 'bob@acme.test',
        givenName: null,
        familyName: null,
        username: null,
        locale: null,
        attributes: {},
        tenantId: 'acme',
        role: 'member',
        groups: [],
        manages: [],
        emailConfirmed: false,
        phone: null,
        password: null,
        passwordHash: null,
        factors: [],
        stated: [],
      },
    ]);
  });

  it('is the same whether its defaults are written or left out', () => {
    const written = folder.load(`
environment: development
issuer: http://localhost:3000
listen: { host: 127.0.0.1, port: 3000, trusted_proxies: 0 }
storage:
  accounts:    { driver: embedded }
  short_lived: { driver: embedded }
  data_dir: ./data
secrets: {}
session: { absolute_hours: 24, idle_minutes: null }
mail: { transport: outbox, from: "Doublelock <no-reply@localhost>" }
sms:  { transport: outbox, from: Doublelock, allowed_prefixes: [] }
second_factor:
  totp:  { issuer: Doublelock, digits: 6, period_seconds: 30, drift_steps: 1 }
  email: { lifetime_seconds: 90 }
  sms:   { lifetime_seconds: 90 }
  trusted_device: { days: 30 }
audit: { retention_days: 365 }
geo: { database: null }
passwords: { breached_file: null }
outbound: { allow_private_networks: [] }
tokens: { access_minutes: 10, refresh_days: 30, refresh_overlap_seconds: 10, id_token_signed_response_alg: RS256 }
claims: []
resource_servers: []
tenants:
  - id: acme
    name: Acme
    locale: en
    time_zone: UTC
    brand: { logo: null, colour: null }
    support: { email: help@acme.test, url: https://acme.test/2fa }
    second_factor:
      enforcement: optional
      methods: [totp, email, sms, app, passkey]
      grace_days: 0
      groups: {}
      trusted_devices: false
      set_up_proof: email
      reset_approvers: 1
      reset_cooling_off_hours: 0
      message: {}
clients:
  - client_id: demo
    client_secret: demo-secret-demo-secret-demo-secret
    redirect_uris: [http://localhost:3000/demo/callback]
    first_party: false
    require_pkce: auto
    claims_in_id_token: false
    rotate_refresh_tokens: auto
    refresh_tokens: auto
    token_lifetimes: {}
    profile: null
    client_assertion_audience: issuer
    second_factor: tenant
    tenant: null
accounts:
  - email: bob@acme.test
    tenant: acme
    name: Bob
    password: correct horse battery staple
    role: member
    groups: []
    manages: []
    email_confirmed: false
    phone: null
    given_name: null
    family_name: null
    username: null
    locale: null
    attributes: {}
    factors: []
`);
    const leftOut = folder.load(`
tenants: [{ id: acme, name: Acme, support: { email: help@acme.test, url: https://acme.test/2fa } }]
clients:
  - client_id: demo
    client_secret: demo-secret-demo-secret-demo-secret
    redirect_uris: [http://localhost:3000/demo/callback]
accounts: [{ email: bob@acme.test, tenant: acme, name: Bob, password: correct horse battery staple }]
`);
    // Which keys are written counts for "accounts apply" and for the console alone.
    const settings = ({ accounts, writtenSettings: _, ...rest }: typeof written) => ({
      ...rest,
      accounts: accounts.map(({ stated, ...account }) => account),
    });
    expect(settings(written)).to.deep.equal(settings(leftOut));
    expect(written.accounts.map(({ stated }) => stated)).to.deep.equal([[...COMPARED_DETAILS]]);
    expect(leftOut.accounts.map(({ stated }) => stated)).to.deep.equal([['name']]);
    const support = ['supportEmail', 'supportUrl'];
    const policy = ['enforcement', 'methods', 'graceDays', 'groups', 'trustedDevices'];
    expect(written.writtenSettings).to.deep.equal({ acme: [...policy, ...support] });
    expect(leftOut.writtenSettings).to.deep.equal({ acme: support });
  });
});
