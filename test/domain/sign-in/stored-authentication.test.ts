/** The stored form of authentication events, and what is refused when it is read. */
import { expect } from 'chai';
import {
  fromStoredAuthentication,
  toStoredAuthentication,
} from '../../../src/domain/sign-in/stored-authentication.ts';

describe('a stored authentication event', () => {
  const STORED = { method: 'totp', enrolmentId: 'enrolment-1', at: 1 };

  it('is read when its method is known', () => {
    expect(fromStoredAuthentication(STORED)).to.deep.equal({
      method: 'totp',
      enrolmentId: 'enrolment-1',
      atMs: 1,
    });
    const passkey = { userVerified: true, deviceBound: false };
    expect(fromStoredAuthentication({ ...STORED, method: 'passkey', passkey })).to.deep.include({ passkey });
  });

  it('keeps the fields of a newer release when it is stored again', () => {
    const newer = { method: 'pwd', enrolmentId: null, at: 1, newer: true };
    const event = fromStoredAuthentication(newer);
    expect(event && toStoredAuthentication(event)).to.deep.equal(newer);
  });

  for (const [what, value] of [
    ['nothing', null],
    ['a list', [STORED]],
    ['a method of a newer release', { ...STORED, method: 'telepathy' }],
    ['no method', { ...STORED, method: undefined }],
    ['an enrolment that is a number', { ...STORED, enrolmentId: 1 }],
    ['a time that is text', { ...STORED, at: '1' }],
    ['a passkey without its backup state', { ...STORED, method: 'passkey', passkey: { userVerified: true } }],
  ] as const) {
    it(`is refused with ${what}`, () => expect(fromStoredAuthentication(value)).to.equal(null));
  }
});
