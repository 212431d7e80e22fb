/** One spelling of an address and of a password, whatever keyboard it came from. */
import { expect } from 'chai';
import fc from 'fast-check';
import { normaliseEmail, normalisePassword } from '../../src/domain/account.ts';

/** Combining marks in a row: they take time by the square of their number. */
const MARKS = `a${'\u0315\u0300'.repeat(16_000)}`;

describe('normaliseEmail', () => {
  it('reads no more of a text than is too long for an address anyway [A100]', () => {
    expect(normaliseEmail(MARKS).length).to.be.within(321, 2000);
    expect(normaliseEmail('\u03b1\u0313\u0300\u0345'.repeat(8000)).length).to.be.within(321, 2000);
  });

  const SPELLINGS: readonly (readonly [string, string, string])[] = [
    ['leaves what is plain', 'bob@acme.test', 'bob@acme.test'],
    ['folds case', 'Bob@ACME.Test', 'bob@acme.test'],
    ['trims spaces, tabs and line ends', ' \t bob@acme.test\r\n', 'bob@acme.test'],
    ['trims the spaces that a phone puts in', '\u00a0bob@acme.test\u2003\ufeff', 'bob@acme.test'],
    ['keeps spaces inside: they make another address', 'bob smith@acme.test', 'bob smith@acme.test'],
    ['composes accents', 'rene\u0301e@acme.test', 'ren\u00e9e@acme.test'],
    ['composes accents of capitals', 'RENE\u0301E@acme.test', 'ren\u00e9e@acme.test'],
    ['composes what has no composed capital', 'T\u0308@acme.test', '\u1e97@acme.test'],
    ['folds I as everybody but Turkey does, wherever it runs', 'BILL.INDI@ACME.TEST', 'bill.indi@acme.test'],
  ];
  for (const [title, typed, spelled] of SPELLINGS) {
    it(title, () => expect(normaliseEmail(typed)).to.equal(spelled));
  }

  it('keeps the dotless and the dotted Turkish i apart from the Latin i', () => {
    expect(normaliseEmail('b\u0131ll@acme.test')).not.to.equal('bill@acme.test');
    expect(normaliseEmail('B\u0130LL@acme.test')).not.to.equal('bill@acme.test');
  });

  it('keeps look-alike letters apart', () => {
    expect(normaliseEmail('b\u043eb@acme.test')).not.to.equal('bob@acme.test');
    expect(normaliseEmail('\uff42ob@acme.test')).not.to.equal('bob@acme.test');
  });

  it('does not change a result when it is applied again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (typed) => {
        const once = normaliseEmail(typed);
        expect(normaliseEmail(once)).to.equal(once);
      }),
      { numRuns: 1000 },
    );
  });

  it('spells composed and decomposed forms the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (typed) => {
        expect(normaliseEmail(typed.normalize('NFD'))).to.equal(normaliseEmail(typed.normalize('NFC')));
      }),
    );
  });
});

describe('normalisePassword', () => {
  it('reads no more of a text than is too long for a password anyway [A100]', () => {
    expect(normalisePassword(MARKS).length).to.be.within(129, 2000);
  });

  it('composes accents, so that every keyboard types the same password', () => {
    expect(normalisePassword('cafe\u0301 cre\u0300me')).to.equal('caf\u00e9 cr\u00e8me');
  });

  it('keeps case, spaces and length', () => {
    expect(normalisePassword('  Correct Horse \u00a0 \ufb01sh \uff11 ')).to.equal(
      '  Correct Horse \u00a0 \ufb01sh \uff11 ',
    );
  });
});
