/** A ciphertext decrypts only unchanged, with its own key and for its own purpose. */
import { createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { expect } from 'chai';
import { createCipher } from '../../../src/adapters/system/cipher.ts';

const OLD = { id: 'old', key: 'the old key, of thirty-two characters and more' };
const NEW = { id: '2026.1', key: 'the new key, of thirty-two characters and more' };
const PURPOSE = 'totp|acme|account-1|enrolment-1';

describe('the cipher', () => {
  const cipher = createCipher([OLD]);

  it('decrypts what it encrypted, for any text', () => {
    for (const plain of ['JBSWY3DPEHPK3PXP', '', 'ë 山 \u{1f512} \u0000', 'x'.repeat(10_000)]) {
      expect(cipher.decrypt(cipher.encrypt(plain, PURPOSE), PURPOSE)).to.equal(plain);
    }
  });

  it('encrypts by AES-256-GCM with the purpose as additional data, under a key from HKDF-SHA-256', () => {
    const [version, keyId, nonce, body] = cipher.encrypt('JBSWY3DPEHPK3PXP', PURPOSE).split('.');
    expect([version, keyId]).to.deep.equal(['v1', 'old']);
    const bytes = Buffer.from(body ?? '', 'base64url');
    const key = Buffer.from(hkdfSync('sha256', OLD.key, '', 'doublelock v1 seal', 32));
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce ?? '', 'base64url'));
    decipher.setAAD(Buffer.from(PURPOSE));
    decipher.setAuthTag(bytes.subarray(-16));
    expect(decipher.update(bytes.subarray(0, -16), undefined, 'utf8')).to.equal('JBSWY3DPEHPK3PXP');
    expect(decipher.final('utf8')).to.equal('');
  });

  it('reveals nothing of the text, and never gives the same ciphertext twice [A98]', () => {
    const sealed = Array.from({ length: 200 }, () => cipher.encrypt('JBSWY3DPEHPK3PXP', PURPOSE));
    expect(new Set(sealed.map((one) => one.split('.')[2])).size, 'nonces').to.equal(200);
    expect(new Set(sealed).size).to.equal(200);
    for (const one of sealed) {
      expect(one).to.not.contain('JBSWY3DPEHPK3PXP');
      expect(Buffer.from(one.split('.')[2] ?? '', 'base64url')).to.have.length(12);
    }
  });

  it('refuses a ciphertext with one character changed, removed or added', () => {
    const sealed = cipher.encrypt('JBSWY3DPEHPK3PXP', PURPOSE);
    for (let at = 0; at < sealed.length; at += 1) {
      for (const instead of ['A', 'B', '_', '.', '', '=', '\n', 'é']) {
        const changed = sealed.slice(0, at) + instead + sealed.slice(at + 1);
        if (changed !== sealed) expect(() => cipher.decrypt(changed, PURPOSE), `${at} ${instead}`).to.throw();
      }
      const longer = `${sealed.slice(0, at)}A${sealed.slice(at)}`;
      if (longer !== sealed) expect(() => cipher.decrypt(longer, PURPOSE), `${at} longer`).to.throw();
    }
  });

  it('refuses text that is no ciphertext', () => {
    const [, , nonce, body] = cipher.encrypt('', PURPOSE).split('.');
    for (const text of [
      '',
      'v1',
      'v1.old',
      'v1.old..',
      `v1.old.${nonce}.`,
      `v2.old.${nonce}.${body}`,
      `v1.old.AAAA.${body}`,
    ]) {
      expect(() => cipher.decrypt(text, PURPOSE), text).to.throw();
    }
  });

  it('decrypts only for the same purpose', () => {
    const sealed = cipher.encrypt('JBSWY3DPEHPK3PXP', PURPOSE);
    for (const purpose of ['', 'totp|acme|account-2|enrolment-1', `${PURPOSE} `]) {
      expect(() => cipher.decrypt(sealed, purpose), purpose).to.throw();
    }
  });

  it('encrypts with the first key, and decrypts with any listed key [R35]', () => {
    const sealedBefore = cipher.encrypt('before', PURPOSE);
    const rotated = createCipher([NEW, OLD]);
    expect(rotated.decrypt(sealedBefore, PURPOSE)).to.equal('before');
    const sealedAfter = rotated.encrypt('after', PURPOSE);
    expect(sealedAfter).to.match(/^v1\.2026\.1\./);
    expect(createCipher([NEW]).decrypt(sealedAfter, PURPOSE)).to.equal('after');
  });

  it('names the missing key, and reveals nothing of the text [R35]', () => {
    const sealed = cipher.encrypt('JBSWY3DPEHPK3PXP', PURPOSE);
    expect(() => createCipher([NEW]).decrypt(sealed, PURPOSE)).to.throw(
      /^the encryption key "old" of a sealed value is not configured$/,
    );
  });

  it('refuses another key under the same id', () => {
    const sealed = cipher.encrypt('JBSWY3DPEHPK3PXP', PURPOSE);
    const impostor = createCipher([{ id: 'old', key: NEW.key }]);
    expect(() => impostor.decrypt(sealed, PURPOSE)).to.throw();
  });

  it('requires a key, and keys with different ids', () => {
    expect(() => createCipher([])).to.throw('at least one');
    expect(() => createCipher([OLD, { ...NEW, id: 'old' }])).to.throw('the same id');
  });

  it('digests by HMAC-SHA-256, with a separate result for each purpose and value', () => {
    const key = Buffer.from(hkdfSync('sha256', OLD.key, '', 'doublelock v1 digest', 32));
    const expected = createHmac('sha256', key).update('5|email|bob@acme.test').digest('base64url');
    expect(cipher.digest('bob@acme.test', 'email')).to.equal(expected).and.have.length(43);
    const others = [
      cipher.digest('eve@acme.test', 'email'),
      cipher.digest('bob@acme.test', 'phone'),
      cipher.digest('|bob@acme.test', 'email'),
      cipher.digest('bob@acme.test', 'email|'),
      createCipher([NEW]).digest('bob@acme.test', 'email'),
    ];
    expect(new Set([expected, ...others]).size).to.equal(6);
  });

  it('gives the same digests before and after a rotation, while the oldest key is listed [R35]', () => {
    const rotated = createCipher([NEW, OLD]);
    expect(rotated.digest('bob@acme.test', 'email')).to.equal(cipher.digest('bob@acme.test', 'email'));
  });
});
