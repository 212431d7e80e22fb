/** Settings that are accepted without effect: each gives one warning. */
import { expect } from 'chai';
import { configFolder } from './config-file.ts';

describe('a warning', () => {
  const folder = configFolder();

  it('names each method that is not offered yet, and the people concerned', () => {
    const { warnings, tenants } = folder.load(`
tenants:
  - { id: acme, second_factor: { methods: [totp, email, sms], set_up_proof: none } }
  - { id: kantoor, second_factor: { enforcement: required, methods: [totp, email], set_up_proof: none } }
  - { id: plain, second_factor: { enforcement: off, methods: [passkey] } }
`);
    expect(warnings).to.deep.equal([
      'the method email is not in this release and is not offered (tenants: acme, kantoor)',
      'the method sms is not in this release and is not offered (tenants: acme)',
    ]);
    expect(tenants[0]?.secondFactor.methods).to.deep.equal(['totp', 'email', 'sms']);
  });

  it('is not given for features of this release', () => {
    const yaml = 'tenants: [{ id: acme, second_factor: { enforcement: required, methods: [email, sms] } }]';
    const { warnings } = folder.load(yaml, { availableMethods: ['totp', 'email', 'sms'] });
    expect(warnings).to.deep.equal([]);
  });

  it('names each other setting without effect', () => {
    const { warnings } = folder.load(`
mail: { transport: smtp, url: smtp://a }
sms: { transport: smpp, host: a, port: 2775, system_id: b, password: c }
tenants:
  - id: acme
    second_factor: { methods: [totp], trusted_devices: true, groups: { lab: required } }
accounts:
  - { email: A@acme.test, tenant: acme, factors: [{ method: email }] }
  - { email: b@acme.test, tenant: acme, factors: [{ method: email }, { method: totp, secret: NBSWY3DPEB3W64TM }] }
`);
    expect(warnings.map((warning) => warning.split(/ is not | acts | has only /)[0])).to.deep.equal([
      'the account A@acme.test',
    ]);
  });

  it('names a group whose rule is no stricter than that of everybody [B.4]', () => {
    const { warnings } = folder.load(`
tenants:
  - id: acme
    second_factor:
      enforcement: optional
      methods: [totp]
      set_up_proof: none
      minimum: mfa
      groups:
        finance: required
        guests: off
        staff: { enforcement: optional, minimum: mfa }
        lab: { enforcement: off, minimum: mfa }
`);
    expect(warnings).to.deep.equal([
      'tenant "acme": the group "guests" has enforcement off, which is no stricter than the tenant\'s own (optional with minimum mfa) and changes nothing',
      'tenant "acme": the group "staff" has enforcement optional with minimum mfa, which is no stricter than the tenant\'s own (optional with minimum mfa) and changes nothing',
      'tenant "acme": the group "lab" has enforcement off with minimum mfa, which is no stricter than the tenant\'s own (optional with minimum mfa) and changes nothing',
    ]);
  });
});
