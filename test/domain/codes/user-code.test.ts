import { expect } from 'chai';
import fc from 'fast-check';
import { readUserCode, showUserCode } from '../../../src/domain/codes/user-code.ts';

const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const code = fc
  .array(fc.constantFrom(...LETTERS), { minLength: 8, maxLength: 8 })
  .map((letters) => letters.join(''));

describe('the code of a device', () => {
  it('is read whatever its case, its spaces, its dashes and the width of its letters', () => {
    for (const typed of [
      'wdjb-mjht',
      ' WDJB MJHT ',
      'W D J B M J H T',
      'wdjb\u2014mjht',
      'WDJB\u00a0MJHT',
      'WDJB\u200b-\u00adMJHT',
      'wdjb.mjht',
      '\uff37\uff24\uff2a\uff22\uff0d\uff2d\uff2a\uff28\uff34',
    ])
      expect(readUserCode(typed), typed).to.equal('WDJBMJHT');
  });

  it('is read again as it is shown', () => {
    fc.assert(fc.property(code, (letters) => readUserCode(showUserCode(letters)) === letters));
    expect(showUserCode('WDJBMJHT')).to.equal('WDJB-MJHT');
  });

  it('is no text of another length or with other letters', () => {
    for (const typed of [
      '',
      'WDJB-MJH',
      'WDJB-MJHTX',
      'WDJB-MJHA',
      'WDJB-MJH1',
      'ẞDJB-MJHT',
      `${' '.repeat(80)}WDJBMJHT`,
    ])
      expect(readUserCode(typed), typed).to.equal(null);
  });

  it('is eight letters of the set or nothing, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (typed) => {
        const read = readUserCode(typed);
        return read === null || (read.length === 8 && [...read].every((letter) => LETTERS.includes(letter)));
      }),
    );
  });
});
