import { expect } from 'chai';
import { authenticatorNameOf } from '../../../src/domain/methods/authenticator-names.ts';
import { createPasskey, mustVerify, PASSKEY_ALGORITHMS } from '../../../src/domain/methods/passkey.ts';
import { credentialOf, passkeySiteOf, storedName } from '../../../src/domain/methods/webauthn.ts';
import type { Acr } from '../../../src/domain/policy/acr.ts';

const SITE = { rpId: 'id.example', origin: 'https://id.example:8443' };
const KEPT = {
  id: 'NWUiCvmU8tmRlF4y8mVKcQ',
  publicKey: 'pQECAyYgASFYIA',
  transports: ['usb'],
  userHandle: 'cGVyc29u',
  deviceBound: true,
  backedUp: false,
  aaguid: null,
};

describe('passkey', () => {
  const method = createPasskey();

  describe('site', () => {
    for (const [issuer, site] of [
      ['https://id.example:8443/oidc', SITE],
      ['https://id.example', { rpId: 'id.example', origin: 'https://id.example' }],
      ['http://localhost:3000', { rpId: 'localhost', origin: 'http://localhost:3000' }],
      ['http://acme.localhost:3000', { rpId: 'acme.localhost', origin: 'http://acme.localhost:3000' }],
      // Browsers make no passkeys for an address, nor on a page that anybody on the way can change.
      ['https://192.0.2.7', null],
      ['https://[2001:db8::7]', null],
      ['http://127.0.0.1:3000', null],
      ['http://id.example', null],
      ['http://localhost.example', null],
    ] as const) {
      it(`of ${issuer} is ${site === null ? 'none' : site.rpId}`, () => {
        expect(passkeySiteOf(issuer)).to.deep.equal(site);
      });
    }
  });

  it('creates a challenge of 32 random bytes for one purpose, valid as long as the transaction', () => {
    const random = (length: number) => new Uint8Array(length).fill(255);
    const challenge = method.newChallenge('sign-in', { id: 'one', random, now: 5, expiresAt: 9 });
    expect(challenge).to.include({
      id: 'one',
      method: 'passkey',
      purpose: 'sign-in',
      sentAt: 5,
      expiresAt: 9,
    });
    expect(Buffer.from(challenge.digest, 'base64url')).to.deep.equal(Buffer.alloc(32, 255));
  });

  it('requests a new passkey with every accepted algorithm, and excludes those of the account', () => {
    const user = { id: 'cGVyc29u', name: 'bob@acme.test', displayName: 'Bob' };
    const asked = method.creation({
      site: SITE,
      siteName: 'Acme',
      challenge: 'random',
      user,
      existing: [KEPT],
    });
    expect(asked).to.deep.include({ rp: { id: 'id.example', name: 'Acme' }, user, challenge: 'random' });
    expect(asked.pubKeyCredParams.map(({ alg }) => alg)).to.deep.equal(PASSKEY_ALGORITHMS);
    expect(asked.excludeCredentials).to.deep.equal([
      { type: 'public-key', id: KEPT.id, transports: ['usb'] },
    ]);
    expect(asked.authenticatorSelection).to.include({
      residentKey: 'preferred',
      userVerification: 'preferred',
    });
    expect(asked.attestation).to.equal('none');
  });

  it('requests the passkeys of the account at a sign-in, and user verification where it is required', () => {
    const of = { site: SITE, challenge: 'random', credentials: [KEPT] };
    expect(method.request({ ...of, mustVerify: false })).to.deep.include({
      rpId: 'id.example',
      challenge: 'random',
      userVerification: 'preferred',
      allowCredentials: [{ type: 'public-key', id: KEPT.id, transports: ['usb'] }],
    });
    expect(method.request({ ...of, mustVerify: true }).userVerification).to.equal('required');
  });

  const MFA: Acr = 'https://refeds.org/profile/mfa';
  for (const [what, acrs, expected] of [
    ['nothing is requested', null, false],
    ['two factors are requested', [MFA], false],
    ['either level suffices', ['phr', MFA], false],
    ['an unknown level is requested', [], false],
    ['the phishing-resistant level is requested', ['phr'], true],
  ] as const) {
    it(`${expected ? 'must' : 'need not'} verify the person where ${what}`, () => {
      expect(mustVerify({ acrs })).to.equal(expected);
    });
  }

  for (const [what, lastCounter, counter, verdict] of [
    ['a counter that rises', 4, 5, 'accepted'],
    ['one that leaps', 4, 400, 'accepted'],
    ['none on either side', 0, 0, 'accepted'],
    ['the first of a counter', 0, 1, 'accepted'],
    ['the same again', 4, 4, 'counter_behind'],
    ['an older one', 4, 3, 'counter_behind'],
    ['one that is gone', 4, 0, 'counter_behind'],
  ] as const) {
    it(`answers ${what} with ${verdict} [A43]`, () => {
      const used = { credentialId: KEPT.id, counter, userVerified: true, deviceBound: true };
      expect(method.check(used, { lastCounter, mustVerify: true })).to.equal(verdict);
      const unverified = { ...used, userVerified: false };
      expect(method.check(unverified, { lastCounter, mustVerify: false })).to.equal(verdict);
      expect(method.check(unverified, { lastCounter, mustVerify: true })).to.equal('unverified');
      const synced = { ...used, deviceBound: false };
      const ofSynced = verdict === 'counter_behind' ? 'counter_lags' : verdict;
      expect(method.check(synced, { lastCounter, mustVerify: true })).to.equal(ofSynced);
    });
  }

  for (const [what, given, expected] of [
    ['keeps a short name', 'Bob', 'Bob'],
    ['keeps 64 bytes', 'x'.repeat(64), 'x'.repeat(64)],
    ['cuts a longer name to 64 bytes', 'x'.repeat(65), 'x'.repeat(64)],
    ['cuts before a character of two bytes that does not fit', `${'x'.repeat(63)}é`, 'x'.repeat(63)],
    ['cuts no emoji in two', `${'x'.repeat(50)}👩‍👩‍👧‍👦`, 'x'.repeat(50)],
  ] as const) {
    it(`${what} for authenticators`, () => {
      expect(storedName(given)).to.equal(expected);
      const user = { id: 'cGVyc29u', name: given, displayName: given };
      const asked = method.creation({ site: SITE, siteName: given, challenge: 'r', user, existing: [] });
      expect([asked.rp.name, asked.user.name, asked.user.displayName]).to.deep.equal(Array(3).fill(expected));
    });
  }

  it('has a name for an authenticator that is listed, and none for another', () => {
    expect(authenticatorNameOf('d548826e-79b4-db40-a3d8-11116f7e8349')).to.equal('Bitwarden');
    for (const other of ['', '__proto__', '00000000-0000-0000-0000-000000000001'])
      expect(authenticatorNameOf(other)).to.equal(null);
  });

  it('reads a stored passkey, and rejects a malformed one', () => {
    expect(credentialOf(JSON.stringify(KEPT))).to.deep.equal(KEPT);
    for (const other of [null, [], 'text', {}, { ...KEPT, id: 5 }, { ...KEPT, publicKey: undefined }]) {
      expect(credentialOf(JSON.stringify(other))).to.equal(null);
    }
    const bare = { id: KEPT.id, publicKey: KEPT.publicKey, userHandle: KEPT.userHandle };
    const flags = { deviceBound: false, backedUp: false, aaguid: null };
    expect(credentialOf(JSON.stringify(bare))).to.deep.include({ transports: [], ...flags });
  });
});
