/** Codes that are sent: how they are drawn, what they are bound to, and which of them counts. */
import { expect } from 'chai';
import fc from 'fast-check';
import {
  type Binding,
  challengeFor,
  challengeText,
  newSentCode,
  withChallenge,
  withoutChallenge,
} from '../../../src/domain/sign-in/challenge.ts';
import { aChallenge } from '../../contracts/examples.ts';

/** Gives these numbers in turn, four bytes each. */
function drawing(...numbers: number[]) {
  const left = [...numbers];
  return (length: number) => {
    const bytes = new Uint8Array(length);
    new DataView(bytes.buffer).setUint32(0, left.shift() ?? 0);
    return bytes;
  };
}

const BINDING: Binding = {
  purpose: 'sign-in',
  method: 'email',
  tenantId: 'acme',
  accountId: 'bob',
  uid: 'one',
  destination: 'bob@acme.test',
};

describe('a sent code', () => {
  it('has six digits, with leading zeros [2.8]', () => {
    expect(newSentCode(drawing(0))).to.equal('000000');
    expect(newSentCode(drawing(42))).to.equal('000042');
    expect(newSentCode(drawing(1_000_000))).to.equal('000000');
    expect(newSentCode(drawing(1_999_999))).to.equal('999999');
  });

  it('has a uniform distribution, since biased numbers are drawn again [A19]', () => {
    // 4294 whole millions fit into four bytes; the rest would make the codes below 967296 likelier.
    expect(newSentCode(drawing(4_293_999_999))).to.equal('999999');
    expect(newSentCode(drawing(4_294_000_000, 7))).to.equal('000007');
    expect(newSentCode(drawing(2 ** 32 - 1, 4_294_500_000, 8))).to.equal('000008');
  });

  it('is made of the given bytes, also within a larger buffer', () => {
    const pool = new Uint8Array(8);
    new DataView(pool.buffer).setUint32(4, 123_456);
    expect(newSentCode(() => pool.subarray(4))).to.equal('123456');
  });

  it('has another digest input for each value that it is bound to [A39]', () => {
    const others: readonly Partial<Binding>[] = [
      { purpose: 'set-up' },
      { purpose: 'set-up-proof' },
      { method: 'sms' },
      { tenantId: 'globex' },
      { accountId: 'eve' },
      { uid: 'two' },
      { destination: 'bob@acme.tes' },
    ];
    const texts = [{}, ...others].map((other) => challengeText({ ...BINDING, ...other }, '123456'));
    expect(new Set([...texts, challengeText(BINDING, '123457')]).size).to.equal(texts.length + 1);
  });

  it('has an unambiguous digest input, whatever its parts contain [A39]', () => {
    const words = fc.record({ tenantId: fc.string(), accountId: fc.string(), destination: fc.string() });
    fc.assert(
      fc.property(words, words, (one, two) => {
        const same = JSON.stringify(Object.entries(one)) === JSON.stringify(Object.entries(two));
        const [first, second] = [one, two].map((of) => challengeText({ ...BINDING, ...of }, '123456'));
        expect(first === second).to.equal(same);
      }),
    );
  });
});

describe('the challenges of a sign-in', () => {
  const mailed = aChallenge();
  const texted = aChallenge({ id: 'two', method: 'sms' });
  const authentication = aChallenge({ id: 'three', purpose: 'set-up-proof' });

  it('include one for each method and purpose', () => {
    const all = [mailed, texted, authentication];
    expect(challengeFor(all, 'email', 'sign-in')).to.equal(mailed);
    expect(challengeFor(all, 'sms', 'sign-in')).to.equal(texted);
    expect(challengeFor(all, 'email', 'set-up-proof')).to.equal(authentication);
    expect(challengeFor(all, 'sms', 'set-up')).to.equal(null);
    expect(withoutChallenge(all, 'email', 'sign-in')).to.deep.equal([texted, authentication]);
  });

  it('include the newest only [A38]', () => {
    const newest = aChallenge({ id: 'four' });
    expect(withChallenge([mailed, texted, authentication], newest)).to.have.members([
      texted,
      authentication,
      newest,
    ]);
    expect(withChallenge([], newest)).to.deep.equal([newest]);
  });
});
