/** Addresses and numbers: how they are read, and how much of them is shown. */
import { expect } from 'chai';
import fc from 'fast-check';
import {
  isServed,
  maskedEmail,
  maskedPhone,
  numberBlock,
  phoneOf,
  regionsOf,
  shownPhone,
} from '../../src/domain/contact.ts';

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
  const DUTCH = regionsOf({ country: null }, 'nl', null);

  const TYPED: readonly (readonly [origin: string, typed: string, number: string | null])[] = [
    ['a form that asks for E.164', '+31612345678', '+31612345678'],
    ['a contact card', '  +31 6 1234 5678 ', '+31612345678'],
    ['a Dutch letterhead', '+31 (0)6-12345678', '+31612345678'],
    ['a British web page', '+44 7400 123456', '+447400123456'],
    ['a person who knows the own number', '0612345678', '+31612345678'],
    ['a business card', '06 - 12 34 56 78', '+31612345678'],
    ['a person who dials abroad', '0032 470 12 34 56', '+32470123456'],
    ['a Japanese keyboard', '＋３１６１２３４５６７８', '+31612345678'],
    ['a Japanese keyboard, as it is dialled', '０６１２３４５６７８', '+31612345678'],
    ['an Arabic keyboard', '٠٦١٢٣٤٥٦٧٨', '+31612345678'],
    ['a message with direction marks', '\u202a+31 6 12345678\u202c', '+31612345678'],
    ['a web page with no-break hyphens', '06\u201112345678', '+31612345678'],
    ['a landline', '020 624 1111', '+31206241111'],
    ['a number that is too short', '+3161234567', null],
    ['a number that is too long', '+316123456789012', null],
    ['a country that does not exist', '+999123456789', null],
    ['an extension', '+31612345678 ext. 12', null],
    ['nothing', '', null],
    ['a name', 'bob', null],
    ['two numbers', '+31612345678, +31612345679', null],
    ['two lines', '+31612345678\r\n+31612345679', null],
    ['a number that a gap cuts off', `+43 660${' '.repeat(20)}1 2 3 4 5 6 7 8 9`, null],
    ['a long gap', `+31${' '.repeat(100)}612345678`, null],
  ];
  for (const [origin, text, number] of TYPED) {
    it(`is ${number ? 'read' : 'refused'} from ${origin} [3.3 A74]`, () => {
      expect(phoneOf(text, DUTCH)).to.equal(number);
    });
  }

  for (const text of ['\u202a+31 6 12345678\u202c', '(+31) 6 12345678', 'tel:+31612345678']) {
    it(`with its country code needs no country of its own: ${JSON.stringify(text)} [3.3]`, () => {
      expect(phoneOf(text, [])).to.equal('+31612345678');
      expect(phoneOf(text, [{ country: 'US' }])).to.equal('+31612345678');
    });
  }

  it('without its country code belongs to the country of the tenant, then to that of the language [3.3]', () => {
    const belgian = regionsOf({ country: 'BE' }, 'nl', null);
    expect(phoneOf('0470 12 34 56', belgian)).to.equal('+32470123456');
    // No Belgian number, and a Dutch one.
    expect(phoneOf('06 12345678', belgian)).to.equal('+31612345678');
  });

  it('without its country code belongs to the only country that is sent to [3.3]', () => {
    const anywhere = { country: null };
    expect(phoneOf('0151 12345678', regionsOf(anywhere, 'en', ['+49']))).to.equal('+4915112345678');
    expect(phoneOf('0151 12345678', regionsOf(anywhere, 'en', ['+4915', '+4916']))).to.equal(
      '+4915112345678',
    );
    expect(phoneOf('0151 12345678', regionsOf(anywhere, 'en', ['+49', '+43']))).to.equal(null);
    expect(phoneOf('0151 12345678', regionsOf(anywhere, 'en', null))).to.equal(null);
    expect(phoneOf('0049 151 12345678', regionsOf(anywhere, 'en', null))).to.equal('+4915112345678');
  });

  const COSTLY: readonly (readonly [kind: string, number: string])[] = [
    ['a Dutch premium-rate number', '+319001234567'],
    ['a British premium-rate number', '+449098790000'],
    ['a British number of shared cost', '+448431234567'],
    ['a British personal number', '+447012345678'],
    ['a British pager', '+447640123456'],
    ['a Dutch free-phone number', '+318001234567'],
    ['a Dutch number of a company', '+31881234567'],
  ];
  for (const [kind, number] of COSTLY) {
    it(`is refused as ${kind}, and never sent to [A114]`, () => {
      expect(phoneOf(number, [])).to.equal(null);
      expect(isServed(number, [number.slice(0, 3)])).to.equal(false);
    });
  }

  it('is sent to as a mobile number, a landline and an internet telephone', () => {
    for (const number of ['+31612345678', '+31206241111', '+31851234567'])
      expect(isServed(number, ['+31']), number).to.equal(true);
    expect(isServed('+32470123456', ['+31'])).to.equal(false);
  });

  it('is shown with its country code and in groups', () => {
    expect(shownPhone('+31612345678')).to.equal('+31 6 12345678');
  });

  it('belongs to a block of a thousand [A73]', () => {
    expect(numberBlock('+31612345678')).to.equal('+31612345');
    expect(numberBlock('+31612345000')).to.equal(numberBlock('+31612345999'));
    expect(numberBlock('+31612346000')).not.to.equal(numberBlock('+31612345999'));
  });
});
