/** The enrolment of an authenticator app: a secret, and the URL in its QR code. */
import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import {
  availableOf,
  BUILT_METHODS,
  CATALOGUE,
  createMethods,
  type MethodSettings,
} from '../../../src/domain/methods/index.ts';
import { METHOD_NAMES, type MethodName } from '../../../src/domain/methods/method.ts';
import { createTotp } from '../../../src/domain/methods/totp.ts';

const SETTINGS = { issuer: 'Doublelock', digits: 6, periodSeconds: 30, driftSteps: 1 };

describe('totp: the secret', () => {
  const totp = createTotp(SETTINGS);

  it('is 160 bits in base32, without padding [3.2]', () => {
    const asked: number[] = [];
    const secret = totp.newSecret((length) => {
      asked.push(length);
      return new TextEncoder().encode('12345678901234567890');
    });
    expect(asked).to.deep.equal([20]);
    expect(secret).to.equal('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
  });

  it('encodes exactly the given bytes', () => {
    const secrets = Array.from({ length: 100 }, () => totp.newSecret(randomBytes));
    expect(new Set(secrets).size).to.equal(100);
    for (const secret of secrets) expect(secret).to.match(/^[A-Z2-7]{32}$/);
  });
});

describe('totp: the URL in the QR code', () => {
  function read(uri: string) {
    const { protocol, host, pathname, searchParams } = new URL(uri);
    const label = pathname.slice(1).split(':').map(decodeURIComponent);
    return { kind: `${protocol}//${host}`, label, query: Object.fromEntries(searchParams) };
  }

  it('names issuer, account and secret, and omits the defaults of every app [0.4]', () => {
    expect(read(createTotp(SETTINGS).provisioningUri('GEZDGNBV', 'bob@acme.test'))).to.deep.equal({
      kind: 'otpauth://totp',
      label: ['Doublelock', 'bob@acme.test'],
      query: { secret: 'GEZDGNBV', issuer: 'Doublelock' },
    });
  });

  it('escapes special characters in the issuer and the account', () => {
    const issuer = 'A & B/C?#100% S\u00f6hne';
    const account = 'bob+tag&secret=x@acme.test';
    const { label, query } = read(createTotp({ ...SETTINGS, issuer }).provisioningUri('GEZDGNBV', account));
    expect(label).to.deep.equal([issuer, account]);
    expect(query).to.deep.equal({ secret: 'GEZDGNBV', issuer });
  });

  it('names digits and period where they differ from the defaults of apps', () => {
    const totp = createTotp({ ...SETTINGS, digits: 8, periodSeconds: 60 });
    const { query } = read(totp.provisioningUri('GEZDGNBV', 'bob@acme.test'));
    expect(query).to.include({ digits: '8', period: '60' });
    expect(totp).to.include({ name: 'totp', digits: 8, periodSeconds: 60 });
  });
});

describe('the catalogue of methods', () => {
  it('has one method for each name', () => {
    const sent = { lifetimeSeconds: 90 };
    const methods = createMethods({ totp: SETTINGS, email: sent, sms: sent });
    for (const name of BUILT_METHODS) expect(methods.find(name)?.name).to.equal(name);
    expect(CATALOGUE.map(({ name }) => name)).to.deep.equal(METHOD_NAMES);
  });

  it('offers no sent codes without a sender, and no passkey where browsers make none', () => {
    const sent = { lifetimeSeconds: 90 };
    const made = (settings: Pick<MethodSettings, 'email' | 'sms'>) =>
      createMethods({ totp: SETTINGS, ...settings });
    const unsent = made({ email: null, sms: null });
    expect([unsent.find('email'), unsent.find('sms'), unsent.toAddress]).to.deep.equal([null, null, null]);
    const without = (...names: MethodName[]) => BUILT_METHODS.filter((name) => !names.includes(name));
    const site = { rpId: 'id.example', origin: 'https://id.example' };
    expect(availableOf(made({ email: sent, sms: sent }), site)).to.deep.equal(BUILT_METHODS);
    expect(availableOf(made({ email: sent, sms: null }), site)).to.deep.equal(without('sms'));
    expect(availableOf(unsent, site)).to.deep.equal(without('email', 'sms'));
    expect(availableOf(made({ email: sent, sms: sent }), null)).to.deep.equal(without('passkey'));
  });
});
