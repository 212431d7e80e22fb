/** What is read of stored JSON, and what is made of the rest. */
import { expect } from 'chai';
import { readJson, readObject } from '../../src/domain/json.ts';
import { isProof } from '../../src/domain/policy/assurance.ts';

describe('stored JSON', () => {
  it('is read as it is, and as null when it is malformed', () => {
    expect(readJson('[1,{"a":null}]')).to.deep.equal([1, { a: null }]);
    for (const text of ['', '{', 'undefined', '{"a":1}}']) expect(readJson(text), text).to.equal(null);
  });

  it('is an object, or nothing', () => {
    expect(readObject('{"a":[1]}')).to.deep.equal({ a: [1] });
    for (const text of ['', '[]', 'null', '1', '"{}"', '{"a"']) expect(readObject(text), text).to.equal(null);
  });

  const PROOF = { method: 'totp', enrolmentId: 'enrolment-1', at: 1 };

  it('is a proof of a method that is known', () => {
    expect(isProof(PROOF)).to.equal(true);
    expect(isProof({ method: 'pwd', enrolmentId: null, at: 1, newer: true })).to.equal(true);
    const passkey = { userVerified: true, deviceBound: false };
    expect(isProof({ ...PROOF, method: 'passkey', passkey })).to.equal(true);
  });

  for (const [what, value] of [
    ['nothing', null],
    ['a list', [PROOF]],
    ['a method of a newer release', { ...PROOF, method: 'telepathy' }],
    ['no method', { ...PROOF, method: undefined }],
    ['an enrolment that is a number', { ...PROOF, enrolmentId: 1 }],
    ['no time', { ...PROOF, at: '1' }],
    ['a passkey of which little is known', { ...PROOF, method: 'passkey', passkey: { userVerified: true } }],
  ] as const) {
    it(`is no proof with ${what}`, () => expect(isProof(value)).to.equal(false));
  }
});
