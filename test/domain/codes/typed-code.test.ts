/** Codes as people type and paste them, with the place that each spelling comes from. */
import { expect } from 'chai';
import fc from 'fast-check';
import { compactCode, readDigits } from '../../../src/domain/codes/typed-code.ts';
import { recovery } from '../../../src/domain/methods/recovery-code.ts';

const PASTED: readonly (readonly [origin: string, typed: string])[] = [
  ['an authenticator app that groups digits', '123 456'],
  ['a line that is copied with its end', '123456\r\n'],
  ['a cell of a spreadsheet', '\t123456'],
  ['a web page with no-break spaces', '123\u00a0456'],
  ['a mail typeset in French', '123\u202f456'],
  ['a mail with thin spaces', '123\u2009456'],
  ['a mail with figure spaces', '123\u2007456'],
  ['a Japanese keyboard', '１２３　４５６'],
  ['a person who groups with a hyphen', '123-456'],
  ['a word processor that makes en dashes', '123–456'],
  ['a word processor that makes minus signs', '123−456'],
  ['a page with soft hyphens', '123\u00ad456'],
  ['a page with zero-width spaces', '123\u200b456'],
  ['a file that begins with a byte order mark', '\ufeff123456'],
  ['a right-to-left message with direction marks', '\u200f123456\u200e'],
  ['an isolate around the code', '\u2068123456\u2069'],
  ['a sentence that ends after the code', '123456.'],
  ['an Arabic keyboard', '١٢٣٤٥٦'],
  ['a Persian keyboard', '۱۲۳۴۵۶'],
  ['a Hindi keyboard', '१२३४५६'],
  ['a Bengali keyboard', '১২৩৪৫৬'],
  ['a Thai keyboard', '๑๒๓๔๕๖'],
  ['bold digits of a chat', '𝟏𝟐𝟑𝟒𝟓𝟔'],
  ['superscript digits', '¹²³⁴⁵⁶'],
];

const REFUSED: readonly (readonly [what: string, typed: string])[] = [
  ['nothing', ''],
  ['spaces', '      '],
  ['five digits', '12345'],
  ['a digit too many', '1234567'],
  ['the code twice', '123456123456'],
  ['a digit and a dash', '-12345'],
  ['a sign', '+12345'],
  ['NUL after the code', '123456\u0000'],
  ['an exponent', '12e456'],
  ['a hexadecimal number', '0x1234'],
  ['a letter that looks like a digit', '12345O'],
  ['100 kB of digits', '123456'.repeat(17_000)],
  ['100 kB of spaces before the code', `${' '.repeat(100_000)}123456`],
  ['__proto__', '__proto__'],
];

describe('a typed code', () => {
  for (const [origin, typed] of PASTED) {
    it(`is read from ${origin} [A26]`, () => expect(readDigits(typed, 6)).to.equal('123456'));
  }
  for (const [what, typed] of REFUSED) {
    it(`is not read from ${what} [A26]`, () => expect(readDigits(typed, 6)).to.equal(null));
  }

  it('has digits of every script that the platform can write', () => {
    const systems = Intl.supportedValuesOf('numberingSystem');
    const written = systems.map((system) => [
      system,
      new Intl.NumberFormat('en', { numberingSystem: system, useGrouping: false }).format(9876543210),
    ]);
    const decimal = written.filter(([, text]) => /^\p{Nd}{10}$/u.test(text ?? ''));
    expect(decimal.length).to.be.greaterThan(50);
    const misread = decimal.filter(([, text]) => compactCode(text ?? '') !== '9876543210');
    expect(misread).to.deep.equal([]);
  });

  it('never throws, and is made of ASCII digits alone', () => {
    const typed = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.stringMatching(/^[0-9 .-]{4,9}$/));
    fc.assert(
      fc.property(typed, (text) => {
        const read = readDigits(text, 6);
        if (read !== null) expect(read).to.match(/^[0-9]{6}$/);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a typed recovery code', () => {
  const CODE = '0a1b2c3d4e5f6g7h';
  const READ: readonly (readonly [origin: string, typed: string])[] = [
    ['a printed list', '0a1b-2c3d-4e5f-6g7h'],
    ['a printed list, with the number of its line', '1. 0a1b-2c3d-4e5f-6g7h'],
    ['a list with brackets', '10) 0a1b-2c3d-4e5f-6g7h'],
    ['a list with the number and the dot in one character', '⒈ 0a1b-2c3d-4e5f-6g7h'],
    ['a word processor that makes en dashes', '0a1b–2c3d–4e5f–6g7h'],
    ['a keyboard in capitals', '0A1B 2C3D 4E5F 6G7H'],
    ['a web page with no-break spaces', '0a1b\u00a02c3d\u00a04e5f\u00a06g7h\n'],
    ['a Japanese keyboard', '０ａ１ｂ－２ｃ３ｄ－４ｅ５ｆ－６ｇ７ｈ'],
    ['a page with zero-width spaces', '0a1b\u200b-2c3d-4e5f-6g7h'],
    ['a person who reads digits as letters', 'oalb-2c3d-4e5f-6g7h'],
    ['a person who reads digits as capitals', 'OAIB-2C3D-4E5F-6G7H'],
  ];
  for (const [origin, typed] of READ) {
    it(`is read from ${origin} [A26]`, () => expect(spelt(typed)).to.equal(CODE));
  }

  for (const typed of [
    '',
    '123456',
    '0a1b-2c3d-4e5f-6g7',
    '0a1b-2c3d-4e5f-6g7h-8',
    '1 0a1b-2c3d-4e5f-6g7h',
    '0a1b-2c3d-4e5f-6g7u',
    '0a1b-2c3d-4e5f-6g7h\u0000',
    '0'.repeat(100_000),
    // Not normalised at all: marks in a row take time by the square of their number.
    `${' '.repeat(64)}1. 0a1b-2c3d-4e5f-6g7h`,
  ]) {
    it(`is not read from ${JSON.stringify(typed.slice(0, 30))} [A26]`, () =>
      expect(spelt(typed)).to.equal(null));
  }

  function spelt(typed: string): string | null {
    return recovery.create({})?.read(typed) ?? null;
  }
});
