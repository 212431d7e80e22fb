import { expect } from 'chai';
import { createPasskeyVerifier } from '../../../src/adapters/system/passkey-verifier.ts';
import { createPasskey } from '../../../src/domain/methods/passkey.ts';
import type { PasskeyCredential } from '../../../src/domain/methods/webauthn.ts';
import { createAuthenticator, type Twist } from '../../support/authenticator.ts';

const SITE = { rpId: 'id.example', origin: 'https://id.example' };
const CHALLENGE = 'hBEoKVyfHTyLC1hJ4cDFPuh_zNTKQiAfwOBhCqy1Q40';
const ASKED = { ...SITE, challenge: CHALLENGE };
const USER = { id: 'cGVyc29u', name: 'bob@acme.test', displayName: 'Bob' };

const method = createPasskey();
const creation = method.creation({
  site: SITE,
  siteName: 'Acme',
  challenge: CHALLENGE,
  user: USER,
  existing: [],
});
const request = (credentials: readonly PasskeyCredential[]) =>
  method.request({ site: SITE, challenge: CHALLENGE, credentials, mustVerify: false });

/** Another origin may share the domain, and another domain may start with the same characters. */
const WRONG_FOR_BOTH: readonly (readonly [string, Twist])[] = [
  ['another origin', { origin: 'https://id.example.evil.example' }],
  ['another port of the same host', { origin: 'https://id.example:8443' }],
  ['a page without TLS', { origin: 'http://id.example' }],
  ['another site', { rpId: 'evil.example' }],
  ['another challenge', { challenge: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }],
  ['nobody present', { present: false }],
  ['a page in a frame of another origin', { crossOrigin: true }],
  ['a signature for something else', { type: 'payment.get' }],
];

describe('the passkey verifier', () => {
  const verifier = createPasskeyVerifier();

  async function registered(options: Partial<Parameters<typeof createAuthenticator>[0]> = {}) {
    const authenticator = createAuthenticator({ origin: SITE.origin, ...options });
    const made = await verifier.registration(authenticator.create(creation), ASKED);
    if (!made) throw new Error('not registered');
    return { authenticator, made, credential: { ...made, userHandle: USER.id } };
  }

  it('takes a passkey that nobody was present for only where the browser makes one by itself', async () => {
    const silent = { present: false, verified: false };
    const response = createAuthenticator({ origin: SITE.origin }).create(creation, silent);
    expect(await verifier.registration(response, ASKED)).to.equal(null);
    expect(await verifier.registration(response, { ...ASKED, isSilent: true })).to.include({
      userVerified: false,
    });
    for (const twist of [{ origin: 'https://evil.example' }, { challenge: 'AAAA' }, { crossOrigin: true }]) {
      const wrong = createAuthenticator({ origin: SITE.origin }).create(creation, { ...silent, ...twist });
      expect(await verifier.registration(wrong, { ...ASKED, isSilent: true })).to.equal(null);
    }
  });

  it('gives the key and the properties of a new passkey', async () => {
    const { made } = await registered();
    expect(made).to.deep.include({
      counter: 0,
      transports: ['internal'],
      userVerified: true,
      deviceBound: true,
      backedUp: false,
    });
    const { made: synced } = await registered({ isBound: false, verifies: false });
    expect(synced).to.deep.include({ userVerified: false, deviceBound: false, backedUp: true });
  });

  it('gives the result of a used passkey', async () => {
    const { authenticator, credential } = await registered();
    const proof = await verifier.assertion(authenticator.get(request([credential])), ASKED, [credential]);
    expect(proof).to.deep.equal({
      kind: 'proven',
      credentialId: credential.id,
      counter: 1,
      userVerified: true,
      deviceBound: true,
    });
    const unverified = authenticator.get(request([credential]), { verified: false });
    expect(await verifier.assertion(unverified, ASKED, [credential])).to.include({
      kind: 'proven',
      counter: 2,
      userVerified: false,
    });
  });

  for (const [what, twist] of WRONG_FOR_BOTH) {
    it(`refuses a passkey of ${what} [A43]`, async () => {
      const { authenticator, credential } = await registered();
      expect(await verifier.registration(authenticator.create(creation, twist), ASKED)).to.equal(null);
      const used = authenticator.get(request([credential]), twist);
      expect(await verifier.assertion(used, ASKED, [credential])).to.deep.equal({ kind: 'unproven' });
    });
  }

  it('refuses a signature of another key under a known credential id [A43]', async () => {
    const { authenticator } = await registered();
    const { credential } = await registered();
    const { id: own } = JSON.parse(authenticator.get(request([])));
    const forged = authenticator.get(request([])).replaceAll(own, credential.id);
    expect(await verifier.assertion(forged, ASKED, [credential])).to.deep.equal({ kind: 'unproven' });
  });

  it('refuses a passkey of another account, and one with another user handle [A43]', async () => {
    const { authenticator, credential } = await registered();
    const { credential: other } = await registered();
    const used = authenticator.get(request([credential]));
    expect(await verifier.assertion(used, ASKED, [other])).to.deep.equal({ kind: 'unknown' });
    const ofAnother = authenticator.get(request([credential]), { userHandle: 'c29tZWJvZHk' });
    expect(await verifier.assertion(ofAnother, ASKED, [credential])).to.deep.equal({ kind: 'unknown' });
    const ofOwn = authenticator.get(request([credential]), { userHandle: USER.id });
    expect(await verifier.assertion(ofOwn, ASKED, [credential])).to.include({ kind: 'proven' });
  });

  it('refuses changed flags, because they are signed [A43]', async () => {
    const { authenticator, credential } = await registered();
    const used = JSON.parse(authenticator.get(request([credential]), { verified: false }));
    const data = Buffer.from(used.response.authenticatorData, 'base64url');
    data.writeUInt8(data.readUInt8(32) | 0x04, 32);
    used.response.authenticatorData = data.toString('base64url');
    expect(await verifier.assertion(JSON.stringify(used), ASKED, [credential])).to.deep.equal({
      kind: 'unproven',
    });
  });

  it('refuses an algorithm that was not requested', async () => {
    const { authenticator } = await registered();
    // ES384 (IANA, "COSE Algorithms").
    expect(await verifier.registration(authenticator.create(creation, { algorithm: -35 }), ASKED)).to.equal(
      null,
    );
  });

  it('ignores attestation statements, and follows no URL in their certificates', async () => {
    const authenticator = createAuthenticator({ origin: SITE.origin });
    for (const format of ['packed', 'fido-u2f', 'android-safetynet', 'something-new']) {
      const statement = { format, certificate: new Uint8Array([0x30, 0x03, 0x02, 0x01, 0x01]) };
      const made = await verifier.registration(authenticator.create(creation, { statement }), ASKED);
      expect(made, format).to.include({ userVerified: true });
    }
  });

  const credential = { id: 'AAAA', publicKey: 'AAAA', userHandle: 'AAAA' };
  const shaped = (response: object, more: object = {}) =>
    JSON.stringify({ id: 'AAAA', rawId: 'AAAA', type: 'public-key', response, ...more });
  const signed = { clientDataJSON: 'AAAA', authenticatorData: 'AAAA', signature: 'AAAA' };
  for (const [what, text] of [
    ['nothing', ''],
    ['no JSON', '{'],
    ['null', 'null'],
    ['a list', '[]'],
    ['no response', JSON.stringify({ id: 'AAAA', rawId: 'AAAA', type: 'public-key' })],
    ['an object for an id', shaped(signed, { id: { $gt: '' } })],
    ['an id of more than a credential can have', shaped(signed, { id: 'A'.repeat(1365) })],
    ['another type', shaped(signed, { type: 'password' })],
    ['bytes that are none', shaped({ ...signed, signature: '!!!' })],
  ] as const) {
    it(`reports ${what} as malformed`, async () => {
      expect(await verifier.registration(text, ASKED)).to.equal(null);
      expect(await verifier.assertion(text, ASKED, [credential])).to.deep.equal({ kind: 'malformed' });
    });
  }

  for (const [what, response] of [
    ['client data that is no JSON', signed],
    ['authenticator data that is too short', { ...signed, clientDataJSON: clientDataOf(CHALLENGE) }],
  ] as const) {
    it(`refuses ${what}`, async () => {
      expect(await verifier.assertion(shaped(response), ASKED, [credential])).to.deep.equal({
        kind: 'unproven',
      });
      const made = { clientDataJSON: response.clientDataJSON, attestationObject: 'AAAA' };
      expect(await verifier.registration(shaped(made), ASKED)).to.equal(null);
    });
  }
});

function clientDataOf(challenge: string): string {
  const data = { type: 'webauthn.get', challenge, origin: SITE.origin };
  return Buffer.from(JSON.stringify(data)).toString('base64url');
}
