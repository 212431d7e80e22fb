/** Addresses and numbers: how they are read, and how much of them is shown. */
import { expect } from 'chai';
import fc from 'fast-check';
import { maskedEmail, maskedPhone, numberBlock, phoneOf } from '../../src/domain/contact.ts';

describe('a masked address', () => {
  it('shows the first letter of each side [A96]', () => {
    expect(maskedEmail('bob@acme.test')).to.equal('b••••••@a••••••');
  });

  it('has the same length for every e-mail address [A96]', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (email) => {
        expect(maskedEmail(email)).to.match(/^.•{6}@.•{6}$/u);
      }),
    );
  });

  it('reveals no more of an e-mail address with two @ signs [A96]', () => {
    expect(maskedEmail('"bob@home"@acme.test')).to.equal('"••••••@a••••••');
  });
});

describe('a masked number', () => {
  it('shows two digits, and has the same length for every number [A96]', () => {
    expect(maskedPhone('+31612345678')).to.equal('••••••78');
    expect(maskedPhone('+4915112345699')).to.equal('••••••99');
  });
});

describe('a telephone number', () => {
  const typed: readonly (readonly [string, string | null])[] = [
    ['+31612345678', '+31612345678'],
    ['  +31 6 1234 5678 ', '+31612345678'],
    ['+31 (0)6-12345678', '+31612345678'],
    ['+44 7400 123456', '+447400123456'],
    // Without a country nobody knows whose it is.
    ['0612345678', null],
    ['06 1234 5678', null],
    ['+3161234567', null],
    ['+316123456789012', null],
    ['+999123456789', null],
    ['+31612345678 ext. 12', null],
    ['', null],
    ['bob', null],
    ['+31612345678, +31612345679', null],
    ['+31612345678\r\n+31612345679', null],
    [`+31${' '.repeat(100)}612345678`, null],
  ];
  for (const [text, number] of typed) {
    it(`reads ${JSON.stringify(text.slice(0, 40))} as ${number ?? 'nobody’s'} [3.3 A74]`, () => {
      expect(phoneOf(text)).to.equal(number);
    });
  }

  it('belongs to a block of a thousand [A73]', () => {
    expect(numberBlock('+31612345678')).to.equal('+31612345');
    expect(numberBlock('+31612345000')).to.equal(numberBlock('+31612345999'));
    expect(numberBlock('+31612346000')).not.to.equal(numberBlock('+31612345999'));
  });
});
