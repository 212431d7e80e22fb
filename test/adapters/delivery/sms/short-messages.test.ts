import { expect } from 'chai';
import { encodings } from 'smpp/lib/defs.js';
import { type Alphabet, shortMessages } from '../../../../src/adapters/delivery/sms/short-messages.ts';

/** By data coding, SMPP 3.4, 5.2.19. */
const DECODERS = { 0: encodings.ASCII, 3: encodings.LATIN1, 8: encodings.UCS2 } as const;

/** Each part as a phone would read it. */
function read(text: string, alphabet: Alphabet = 'gsm') {
  const parts = shortMessages(text, alphabet, 0x7f) ?? [];
  return parts.map(({ dataCoding, esmClass, bytes }) => {
    const header = esmClass === 0x40 ? [...bytes.subarray(0, 6)] : [];
    const body = bytes.subarray(header.length);
    return { dataCoding, header, bytes: body.length, text: DECODERS[dataCoding as 0 | 3 | 8].decode(body) };
  });
}

const joined = (text: string, alphabet?: Alphabet) =>
  read(text, alphabet)
    .map((part) => part.text)
    .join('');

describe('short messages', () => {
  it('encode text in the GSM alphabet', () => {
    const text = 'Your code: 482913 [€] {x} ~\n\n@id.acme.test #482913 àéñØß';
    expect(read(text)).to.deep.equal([{ dataCoding: 0, header: [], bytes: text.length + 6, text }]);
    // 3GPP TS 23.038, 6.2.1: the at sign is zero, and a bracket is an escape and another character.
    expect(shortMessages('@[', 'gsm', 0)?.[0]?.bytes).to.deep.equal(Buffer.from([0x00, 0x1b, 0x3c]));
  });

  it('use UCS-2 for other characters', () => {
    for (const alphabet of ['gsm', 'latin1', 'ucs2'] as const)
      expect(read('код 👍', alphabet)).to.deep.equal([
        { dataCoding: 8, header: [], bytes: 12, text: 'код 👍' },
      ]);
  });

  it('use ISO 8859-1 or UCS-2 where it is configured', () => {
    expect(read('é@', 'latin1')[0]).to.include({ dataCoding: 3, bytes: 2, text: 'é@' });
    expect(read('abc', 'ucs2')[0]).to.include({ dataCoding: 8, bytes: 6, text: 'abc' });
  });

  for (const [alphabet, template, alone, among] of [
    ['gsm', 'a', 160, 153],
    ['latin1', 'a', 140, 134],
    ['ucs2', 'a', 70, 67],
    ['gsm', 'ж', 70, 67],
  ] as const) {
    it(`are one up to ${alone} characters in ${alphabet} (${template}), and of ${among} each beyond`, () => {
      expect(read(template.repeat(alone), alphabet)).to.have.lengthOf(1);
      const parts = read(template.repeat(alone + 1), alphabet);
      expect(parts.map(({ text, header }) => [text.length, header])).to.deep.equal([
        [among, [5, 0, 3, 0x7f, 2, 1]],
        [alone + 1 - among, [5, 0, 3, 0x7f, 2, 2]],
      ]);
    });
  }

  it('are split between characters, never within one', () => {
    const escaped = `${'a'.repeat(152)}€${'b'.repeat(20)}`;
    expect(read(escaped).map(({ text }) => text)).to.deep.equal(['a'.repeat(152), `€${'b'.repeat(20)}`]);
    const paired = `${'ж'.repeat(66)}👍${'ж'.repeat(20)}`;
    expect(read(paired).map(({ text }) => text)).to.deep.equal(['ж'.repeat(66), `👍${'ж'.repeat(20)}`]);
    expect(joined(escaped) + joined(paired)).to.equal(escaped + paired);
  });

  it('are ten at most', () => {
    expect(read('a'.repeat(1530))).to.have.lengthOf(10);
    expect(shortMessages('a'.repeat(1531), 'gsm', 0)).to.equal(null);
  });
});
