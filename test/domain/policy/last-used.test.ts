/** The order in which the policy offers methods: the one used last is first. */
import { expect } from 'chai';
import { decide } from '../../../src/domain/policy/policy.ts';
import { factor, prove, proveFirst, required } from './policy-inputs.ts';

describe('the methods that the policy offers', () => {
  const used = { isLastUsed: true };

  it('begin with the one used last, and end with recovery codes [2.7]', () => {
    const factors = [factor('totp'), factor('sms'), factor('email', used), factor('recovery')];
    expect(decide(required({ factors }))).to.deep.equal(prove('email', 'totp', 'sms', 'recovery'));
  });

  it('have the default preferred, whichever was used last [2.7]', () => {
    const factors = [factor('totp'), factor('email', { isDefault: true }), factor('sms', used)];
    expect(decide(required({ factors }))).to.deep.equal(proveFirst('email', 'sms', 'totp', 'email'));
  });

  it('leave out the one used last where it is refused now [2.7]', () => {
    const factors = [factor('totp'), factor('sms', { ...used, accepted: false }), factor('email')];
    expect(decide(required({ factors }))).to.deep.equal(prove('totp', 'email'));
  });
});
