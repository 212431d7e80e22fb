/** One spelling of an address and of a password, whatever keyboard it came from. */
import { expect } from 'chai';
import fc from 'fast-check';
import { isEmail, normaliseEmail, normalisePassword, shownEmail } from '../../src/domain/account.ts';
import { maskedEmail } from '../../src/domain/contact.ts';

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

  /** Each has the place where it was typed, the text, and the one spelling. */
  const DOMAINS: readonly (readonly [string, string, string])[] = [
    ['a form in Chromium, which converts the domain', 'bob@xn--bcher-kva.test', 'bob@xn--bcher-kva.test'],
    ['a form in Chromium, with a capital', 'Bob@XN--BCHER-KVA.test', 'bob@xn--bcher-kva.test'],
    ['a form in Firefox, and the file', 'bob@b\u00fccher.test', 'bob@xn--bcher-kva.test'],
    ['a name copied on macOS, decomposed', 'bob@bu\u0308cher.test', 'bob@xn--bcher-kva.test'],
    ['a keyboard with caps lock', 'BOB@B\u00dcCHER.TEST', 'bob@xn--bcher-kva.test'],
    [
      'a Japanese keyboard, with its full stop',
      'bob@\u4f8b\u3048\u3002\u30c6\u30b9\u30c8',
      'bob@xn--r8jz45g.xn--zckzah',
    ],
    ['a Japanese keyboard, in full-width letters', 'bob@\uff41cme\uff0etest', 'bob@acme.test'],
    ['a document with a soft hyphen', 'bob@ac\u00adme.test', 'bob@acme.test'],
    ['a German keyboard, with its sharp s', 'bob@stra\u00dfe.test', 'bob@xn--strae-oqa.test'],
    [
      'a Persian keyboard, with a joiner',
      'bob@\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.test',
      'bob@xn--mgba3gch31f060k.test',
    ],
    ['a person whose name has an accent', 'REN\u00c9E@b\u00fccher.test', 'ren\u00e9e@xn--bcher-kva.test'],
    ['a mail server in numbers: nothing to convert', 'bob@1.2', 'bob@1.2'],
  ];
  for (const [where, typed, spelled] of DOMAINS) {
    it(`spells the domain in one way for ${where} [A140]`, () => {
      expect(normaliseEmail(typed)).to.equal(spelled);
      expect(isEmail(spelled)).to.equal(true);
    });
  }

  const IMPOSSIBLE: readonly (readonly [string, string])[] = [
    ['a path', 'bob@b\u00fccher.test/x'],
    ['a port', 'bob@b\u00fccher.test:80'],
    ['an escape', 'bob@b\u00fc%63her.test'],
    ['an underscore', 'bob@b\u00fc_cher.test'],
    ['an empty label', 'bob@b\u00fc..test'],
    ['a label that is too long', `bob@\u00fc${'a'.repeat(70)}.test`],
    ['a hyphen at its start', 'bob@-\uff41.test'],
    ['digits that make an IPv4 address', 'bob@\u2460.\u2461'],
    ['a slash of full width', 'bob@b\u00fc\uff0fx.test'],
    ['an invisible character alone', 'bob@\u00ad'],
  ];
  for (const [what, typed] of IMPOSSIBLE) {
    it(`leaves a domain that cannot exist, for ${what}, and takes it for no address [A140]`, () => {
      expect(normaliseEmail(typed)).to.equal(typed);
      expect(isEmail(normaliseEmail(typed))).to.equal(false);
    });
  }

  it('converts no domain of a text that is too long for an address [A100 A140]', () => {
    const long = `bob@b\u00fccher${'\u00ad'.repeat(400)}.test`;
    expect(normaliseEmail(long)).to.equal(long);
  });

  it('takes a text without both parts for no address [A140]', () => {
    for (const typed of ['', 'bob', '@', 'bob@', '@acme.test', 'bob@acme test', 'bob\uff20acme.test'])
      expect(isEmail(normaliseEmail(typed)), typed).to.equal(false);
    expect(isEmail('bob@acme.test')).to.equal(true);
  });

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

describe('shownEmail', () => {
  const SHOWN: readonly (readonly [string, string, string])[] = [
    ['in the letters of its domain', 'bob@xn--bcher-kva.test', 'bob@b\u00fccher.test'],
    ['as it is in ASCII', 'bob@acme.test', 'bob@acme.test'],
    ['as it is where punycode is wrong', 'bob@xn--zzzzzz.test', 'bob@xn--zzzzzz.test'],
    ['as it is where the letters lead elsewhere', 'bob@xn--strasse-.test', 'bob@xn--strasse-.test'],
    ['as it is without a domain', 'xn--bcher-kva', 'xn--bcher-kva'],
  ];
  for (const [how, email, shown] of SHOWN) {
    it(`shows an address ${how} [A140]`, () => expect(shownEmail(email)).to.equal(shown));
  }

  it('shows nothing that another address is stored for [A140]', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (typed) => {
        const email = normaliseEmail(`bob@${typed}`);
        expect(normaliseEmail(shownEmail(email))).to.equal(email);
      }),
    );
  });

  it('masks an address by the first letters that people see [A140]', () => {
    const hidden = '\u2022'.repeat(6);
    expect(maskedEmail('bob@xn--bcher-kva.test')).to.equal(`b${hidden}@b${hidden}`);
    expect(maskedEmail('\u{20bb7}@acme.test')).to.equal(`\u{20bb7}${hidden}@a${hidden}`);
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
