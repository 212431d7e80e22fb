import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { createCookieSignatures } from '../../../src/adapters/system/cookie-signatures.ts';

const OLD = 'the cookie key of last year, long enough';
const NEW = 'the cookie key of this year, long enough';

describe('the signatures of cookies', () => {
  const signatures = createCookieSignatures([NEW, OLD]);

  it('are HMAC-SHA-256 with the newest key, in characters that a cookie may hold', () => {
    const expected = createHmac('sha256', NEW).update('_session=abc').digest('base64url');
    expect(signatures.sign('_session=abc'))
      .to.equal(expected)
      .and.to.match(/^[\w-]{43}$/);
  });

  it('are accepted with every key, and the key is reported', () => {
    const old = createCookieSignatures([OLD]).sign('_session=abc');
    expect(signatures.index('_session=abc', signatures.sign('_session=abc'))).to.equal(0);
    expect(signatures.index('_session=abc', old)).to.equal(1);
    expect(signatures.verify('_session=abc', old)).to.equal(true);
  });

  it('are refused for another value, with another key, and in another encoding', () => {
    const right = signatures.sign('_session=abc');
    const strange = createCookieSignatures(['the cookie key of somebody else, as long']).sign('_session=abc');
    const wrong = ['', 'ä'.repeat(43), right.slice(1), `${right}=`, right.toUpperCase(), strange];
    for (const signature of wrong)
      expect(signatures.verify('_session=abc', signature), signature).to.equal(false);
    expect(signatures.verify('_session=abd', right)).to.equal(false);
  });

  it('require a key', () => {
    expect(() => createCookieSignatures([])).to.throw('at least one cookie key is needed');
  });
});
