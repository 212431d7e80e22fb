/** The settings that a complete file may hold. */
import { expect } from 'chai';
import { configFolder } from './config-file.ts';

describe('a complete configuration [U.5]', () => {
  const folder = configFolder();

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
      groups: { finance: required, lab: { enforcement: required, minimum: any }, vault: { enforcement: required, minimum: mfa } }
      minimum: mfa
      trusted_devices: true
      set_up_proof: none
      reset_approvers: 2
      reset_cooling_off_hours: 24
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
    expect(config.tenants[0]?.secondFactor.minimum).to.equal('mfa');
    expect(config.tenants[0]?.secondFactor.groups).to.deep.equal({
      finance: 'required',
      lab: 'required',
      vault: { enforcement: 'required', minimum: 'mfa' },
    });
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
