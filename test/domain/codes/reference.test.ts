/** Support references: what they look like, and which ways to type one are forgiven. */
import { expect } from 'chai';
import { newReference, readReference } from '../../../src/domain/codes/reference.ts';

describe('a support reference', () => {
  it('is eight letters and digits in two groups of four, of every bit of five bytes', () => {
    expect(newReference(Uint8Array.of(0, 0, 0, 0, 0))).to.equal('0000-0000');
    expect(newReference(Uint8Array.of(0, 0, 0, 0, 1))).to.equal('0000-0001');
    expect(newReference(Uint8Array.of(1, 0, 0, 0, 0))).to.equal('0400-0000');
    expect(newReference(Uint8Array.of(255, 255, 255, 255, 255))).to.equal('ZZZZ-ZZZZ');
  });

  const read = {
    'K7QM-2XPD': 'K7QM-2XPD',
    ' k7qm 2xpd ': 'K7QM-2XPD',
    K7QM2XPD: 'K7QM-2XPD',
    'Il0o-2xpd': '1100-2XPD',
    'K7QM-2XP': null,
    'K7QM-2XPDD': null,
    'K7QM-2XPU': null,
    "K7QM-2X'D": null,
    '': null,
  };
  for (const [typed, reference] of Object.entries(read)) {
    it(`is read from ${JSON.stringify(typed)} as ${reference}`, () => {
      expect(readReference(typed)).to.equal(reference);
    });
  }

  it('is read as it was made', () => {
    for (let seed = 0; seed < 256; seed += 1) {
      const made = newReference(Uint8Array.from({ length: 5 }, (_, place) => (seed * (place + 7)) % 256));
      expect(readReference(made)).to.equal(made);
    }
  });
});
