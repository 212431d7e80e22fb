/** Recovery codes: how much chance is in them, and what people may make of them when they type. */
import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import {
  createRecoveryCodes,
  recoveryClaim,
  recoveryText,
} from '../../../src/domain/methods/recovery-code.ts';

describe('recovery codes', () => {
  const recovery = createRecoveryCodes();
  const bytes = (length: number) => randomBytes(length);

  it('are ten, and all different', () => {
    const codes = recovery.newCodes(bytes);
    expect(codes).to.have.length(10);
    expect(new Set(codes).size).to.equal(10);
    for (const code of codes) expect(code).to.match(/^([0-9a-z]{4}-){3}[0-9a-z]{4}$/);
  });

  it('have more than 65 bits of entropy: sixteen characters, each one of 32 with the same probability [A29]', () => {
    const seen = new Map<string, number>();
    for (let value = 0; value < 256; value += 1) {
      const [code = ''] = recovery.newCodes((length) => new Uint8Array(length).fill(value));
      const messenger = code.replaceAll('-', '');
      expect(messenger).to.have.length(16);
      expect(new Set(messenger).size).to.equal(1);
      const template = messenger.slice(0, 1);
      seen.set(template, (seen.get(template) ?? 0) + 1);
    }
    expect(seen.size).to.equal(32);
    expect([...new Set(seen.values())]).to.deep.equal([8]);
    expect(16 * Math.log2(seen.size)).to.be.at.least(65);
  });

  it('take one random byte for each character', () => {
    const [code] = recovery.newCodes((length) => Uint8Array.from({ length }, (_, index) => index));
    expect(code).to.equal('0123-4567-89ab-cdef');
  });

  const CODE = '0a1b-2c3d-4e5f-6g7h';
  const spelt: readonly (readonly [string, string | null])[] = [
    [CODE, '0a1b2c3d4e5f6g7h'],
    ['0A1B-2C3D-4E5F-6G7H', '0a1b2c3d4e5f6g7h'],
    [' 0a1b 2c3d\u00a04e5f 6g7h\n', '0a1b2c3d4e5f6g7h'],
    ['0a1b2c3d4e5f6g7h', '0a1b2c3d4e5f6g7h'],
    // Letters that are not in the alphabet, since they read as digits.
    ['oalb-2c3d-4e5f-6g7h', '0a1b2c3d4e5f6g7h'],
    ['OAIB-2C3D-4E5F-6G7H', '0a1b2c3d4e5f6g7h'],
    ['0a1b-2c3d-4e5f-6g7', null],
    ['0a1b-2c3d-4e5f-6g7h-8', null],
    ['0a1b-2c3d-4e5f-6g7u', null],
    ['０a1b-2c3d-4e5f-6g7h', null],
    ['0a1b-2c3d-4e5f-6g7h\u0000', null],
    ['123456', null],
    ['', null],
  ];
  for (const [typed, code] of spelt) {
    it(`read ${JSON.stringify(typed)} as ${code ?? 'no code'} [A26]`, () =>
      expect(recovery.spelt(typed)).to.equal(code));
  }

  it('read no more than the beginning of a long text [A26]', () => {
    expect(recovery.spelt(`${CODE}${' '.repeat(100_000)}`)).to.equal('0a1b2c3d4e5f6g7h');
    expect(recovery.spelt('0'.repeat(100_000))).to.equal(null);
  });

  it('have digests that depend on their set, so that equal codes of two sets differ', () => {
    expect(recoveryText('one', CODE)).not.to.equal(recoveryText('two', CODE));
    expect(recoveryClaim('one', 'digest')).not.to.equal(recoveryClaim('two', 'digest'));
  });
});
