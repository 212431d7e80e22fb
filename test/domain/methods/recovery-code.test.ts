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
  it('have digests that depend on their set, so that equal codes of two sets differ', () => {
    expect(recoveryText('one', CODE)).not.to.equal(recoveryText('two', CODE));
    expect(recoveryClaim('one', 'digest')).not.to.equal(recoveryClaim('two', 'digest'));
  });
});
