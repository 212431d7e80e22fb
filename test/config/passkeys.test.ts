/** Passkeys need a domain: who configures an address learns at the start that they are not offered there. */
import { expect } from 'chai';
import { BUILT_METHODS } from '../../src/domain/methods/index.ts';
import { configFolder } from './config-file.ts';

const all = { availableMethods: BUILT_METHODS };
const settings = (issuer: string, secondFactor: string) => `
environment: development
issuer: ${issuer}
tenants:
  - { id: acme, second_factor: { enforcement: optional, methods: [totp, passkey] } }
  - { id: kantoor, second_factor: ${secondFactor} }
  - { id: plain, second_factor: { enforcement: off, methods: [passkey] } }
`;
const REQUIRED = '{ enforcement: required, methods: [passkey] }';
const GROUP = '{ enforcement: off, methods: [passkey], groups: { finance: required } }';

describe('passkeys in a configuration', () => {
  const folder = configFolder();

  for (const issuer of ['http://localhost:3000', 'https://id.example']) {
    it(`are accepted at ${issuer}`, () => {
      expect(folder.load(settings(issuer, REQUIRED), all).warnings).to.deep.equal([]);
    });
  }

  for (const issuer of ['http://127.0.0.1:3000', 'http://id.example']) {
    it(`cause one warning that they are not offered at ${issuer}`, () => {
      const both = '{ enforcement: required, methods: [passkey, email] }';
      expect(folder.load(settings(issuer, both), all).warnings).to.deep.equal([
        'passkeys need an issuer with a domain name, over https or at localhost: ' +
          `at ${issuer} they are not offered (tenants: acme, kantoor)`,
      ]);
    });
  }

  it('are refused at an IP address where nothing else reaches the minimum [2.1]', () => {
    const higher = '{ enforcement: required, minimum: phr, methods: [passkey, totp] }';
    const [fault, ...more] = folder.faults(settings('http://127.0.0.1:3000', higher), all);
    expect(more).to.deep.equal([]);
    expect(fault?.path).to.equal('tenants[1].second_factor.minimum');
    expect(fault?.message).to.match(
      /is phr, .*no browser makes them at http:\/\/127\.0\.0\.1:3000.*"kantoor"/,
    );
    const lower = higher.replace('phr', 'mfa');
    expect(folder.load(settings('http://127.0.0.1:3000', lower), all).warnings).to.have.length(1);
  });

  for (const [what, secondFactor] of [
    ['everybody', REQUIRED],
    ['a group', GROUP],
  ] as const) {
    it(`are refused at an IP address where ${what} must have one`, () => {
      const [fault, ...more] = folder.faults(settings('http://127.0.0.1:3000', secondFactor), all);
      expect(more).to.deep.equal([]);
      expect(fault?.path).to.equal('tenants[1].second_factor.methods');
      expect(fault?.message).to.match(/no browser makes at http:\/\/127\.0\.0\.1:3000.*"kantoor"/);
    });
  }
});
