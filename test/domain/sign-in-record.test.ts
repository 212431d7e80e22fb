/** When what was built on a factor ends. */
import { expect } from 'chai';
import { hasLostFactor } from '../../src/domain/sign-in-record.ts';
import { given, password } from './situations.ts';

describe('hasLostFactor', () => {
  const mine = [{ id: 'my-totp' }, { id: 'my-email' }];

  it('A58 is true once a factor that was given is not set up any more', () => {
    expect(hasLostFactor([password(), given('totp')], [{ id: 'my-email' }])).to.equal(true);
    expect(hasLostFactor([password(), given('totp'), given('email')], [{ id: 'my-email' }])).to.equal(true);
    expect(hasLostFactor([password(), given('totp')], [])).to.equal(true);
  });

  it('is false while all that was given is set up', () => {
    expect(hasLostFactor([password(), given('totp')], mine)).to.equal(false);
    expect(hasLostFactor([password(), given('totp'), given('email')], mine)).to.equal(false);
  });

  it('is false where the password alone was given', () => {
    expect(hasLostFactor([password()], [])).to.equal(false);
    expect(hasLostFactor([], mine)).to.equal(false);
  });
});
