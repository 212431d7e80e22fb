/** The defaults of a short file, and the settings that a complete file may hold. */
import { expect } from 'chai';
import { configFolder } from './config-file.ts';

describe('the configuration [U.5]', () => {
  const folder = configFolder();

  it('has a default for everything but the members of lists', () => {
    expect(folder.load('tenants: []')).to.deep.equal({
      environment: 'development',
      issuer: 'http://localhost:3000',
      listen: { host: '127.0.0.1', port: 3000, trustedProxies: 0 },
      storage: {
        accounts: { driver: 'embedded', uri: null },
        shortLived: { driver: 'embedded', uri: null, sentinel: null, cluster: null },
        dataDir: folder.path('data'),
      },
      secrets: { encryption: [], cookies: [], signing: [] },
      session: { absoluteHours: 24 },
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
      tenants: [],
      clients: [],
      accounts: [],
      logLevel: 'info',
      isBuiltInDemo: false,
      warnings: [],
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
        brand: { logo: null, colour: null },
        support: { email: null, url: null },
        secondFactor: {
          enforcement: 'optional',
          methods: ['totp', 'email', 'sms', 'app', 'passkey'],
          graceDays: 0,
          groups: {},
          trustedDevices: false,
          setUpProof: 'email',
          resetApprovers: 1,
          message: {},
        },
      },
    ]);
    const metadata = {
      application_type: 'web',
      backchannel_logout_session_required: false,
      grant_types: ['authorization_code', 'refresh_token'],
      id_token_signed_response_alg: 'ES256',
      post_logout_redirect_uris: [],
      require_auth_time: false,
      require_pushed_authorization_requests: false,
      response_types: ['code'],
      subject_type: 'public',
    };
    const own = { firstParty: false, requirePkce: true, secondFactor: 'tenant', tenantId: null };
    expect(clients).to.deep.equal([
      {
        clientId: 'web',
        ...own,
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
        tenantId: 'acme',
        role: 'member',
        groups: [],
        manages: [],
        emailConfirmed: false,
        phone: null,
        password: null,
        passwordHash: null,
        factors: [],
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
session: { absolute_hours: 24 }
mail: { transport: outbox, from: "Doublelock <no-reply@localhost>" }
sms:  { transport: outbox, from: Doublelock, allowed_prefixes: [] }
second_factor:
  totp:  { issuer: Doublelock, digits: 6, period_seconds: 30, drift_steps: 1 }
  email: { lifetime_seconds: 90 }
  sms:   { lifetime_seconds: 90 }
  trusted_device: { days: 30 }
audit: { retention_days: 365 }
tenants:
  - id: acme
    name: Acme
    locale: en
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
      message: {}
clients:
  - client_id: demo
    client_secret: demo-secret-demo-secret-demo-secret
    redirect_uris: [http://localhost:3000/demo/callback]
    first_party: false
    require_pkce: true
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
    expect(written).to.deep.equal(leftOut);
  });

  it('accepts every documented setting', () => {
    folder.write('logo.png', Buffer.from('\x89PNG\r\n\x1a\n and more', 'latin1'));
    const config = folder.load(`
sms:  { transport: outbox, from: Doublelock, allowed_prefixes: [+31, "+4477", +15550100999] }
second_factor:
  totp:  { issuer: Doublelock, digits: 8, period_seconds: 60, drift_steps: 0 }
  email: { lifetime_seconds: 60 }
  sms:   { lifetime_seconds: 120 }
  trusted_device: { days: 7 }
audit: { retention_days: 30 }
tenants:
  - id: acme
    name: Acme
    locale: nl
    brand: { logo: logo.png, colour: "#AbC" }
    support: { email: help@acme.test, url: https://acme.test/2fa }
    second_factor:
      enforcement: optional
      methods: [totp, email, sms, app, passkey]
      grace_days: 7
      groups: { finance: required }
      trusted_devices: true
      set_up_proof: none
      reset_approvers: 2
      message: { en: Because., nl: Daarom. }
clients:
  - client_id: demo
    client_secret: demo-secret-demo-secret-demo-secret
    redirect_uris: [http://localhost:3000/demo/callback]
    first_party: true
    require_pkce: false
    second_factor: always
    tenant: acme
accounts:
  - email: bob@acme.test
    tenant: acme
    name: Bob
    password: correct horse battery staple
    role: manager
    groups: [finance]
    manages: [finance]
    email_confirmed: false
    phone: +31612345678
    factors: [{ method: totp, secret: nbswy3dpeb3w64tm }, { method: email }, { method: sms }]
`);
    expect(config.sms.allowedPrefixes).to.deep.equal(['+31', '+4477', '+15550100999']);
    expect(config.tenants[0]?.brand).to.deep.equal({ logo: folder.path('logo.png'), colour: '#aabbcc' });
    expect(config.tenants[0]?.secondFactor.message).to.deep.equal({ en: 'Because.', nl: 'Daarom.' });
    expect(config.clients[0]).to.include({ firstParty: true, requirePkce: false, secondFactor: 'always' });
    expect(config.clients[0]?.metadata).not.to.have.any.keys('first_party', 'require_pkce', 'tenant');
    expect(config.accounts[0]).to.deep.include({
      phone: '+31612345678',
      emailConfirmed: true,
      factors: [{ method: 'totp', secret: 'NBSWY3DPEB3W64TM' }, { method: 'email' }, { method: 'sms' }],
    });
  });

  it('is frozen once it is loaded', () => {
    const config = folder.load('tenants: [{ id: acme, second_factor: { groups: { finance: required } } }]');
    const parts = [config, config.listen, config.tenants, config.tenants[0]?.secondFactor.groups];
    for (const part of parts) expect(Object.isFrozen(part)).to.equal(true);
  });

  it('derives the issuer from the port while no issuer is configured', () => {
    expect(folder.load('listen: { port: 4000 }').issuer).to.equal('http://localhost:4000');
    expect(folder.load('{ listen: { port: 4000 }, issuer: "http://id.test" }').issuer).to.equal(
      'http://id.test',
    );
  });

  it('keeps the characters of a text that YAML reads as a number', () => {
    const { tenants, accounts } = folder.load(`
tenants: [{ id: 007, name: 1e3 }]
accounts: [{ email: a@b.test, tenant: 007, password: 12345678901234567890 }]
`);
    expect(tenants[0]).to.include({ id: '007', name: '1e3' });
    expect(accounts[0]).to.include({ tenantId: '007', password: '12345678901234567890' });
  });
});
