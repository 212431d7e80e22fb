/** Which step of a set-up comes next. */
import { expect } from 'chai';
import { enrolmentStepOf, needsSetUpProof } from '../../../src/domain/enrolment/steps.ts';
import type { MethodName } from '../../../src/domain/methods/method.ts';
import type { SignInTransaction } from '../../../src/domain/sign-in/transaction.ts';
import type { TenantSecondFactor } from '../../../src/domain/tenant.ts';
import { anAccount, anEnrolment, aTransaction } from '../../contracts/examples.ts';
import { aTenant } from '../../use-cases/setting.ts';

function account(setUpProof: TenantSecondFactor['setUpProof'], ...methods: MethodName[]) {
  const enrolments = methods.map((method) => anEnrolment({ id: method, method }));
  const tenant = aTenant('acme', { setUpProof, methods: ['totp', 'email', 'sms', 'passkey'] });
  return { tenant, enrolments, enforcement: 'optional', minimum: 'any', account: anAccount() } as const;
}

const pendingEnrolment = (method: MethodName, more: Partial<SignInTransaction> = {}): SignInTransaction =>
  aTransaction({ pendingEnrolment: { enrolmentId: 'new', method, secret: null }, ...more });

describe('the confirmation before an enrolment', () => {
  it('is required for the first factor by every method [A48]', () => {
    expect(needsSetUpProof(pendingEnrolment('totp'), account('email'))).to.equal(true);
    expect(needsSetUpProof(pendingEnrolment('totp'), account('email', 'recovery'))).to.equal(true);
  });

  it('is skipped after it was given, for an account with a factor, and where the tenant requires none', () => {
    expect(needsSetUpProof(pendingEnrolment('totp', { isSetUpProven: true }), account('email'))).to.equal(
      false,
    );
    expect(needsSetUpProof(pendingEnrolment('totp'), account('email', 'email'))).to.equal(false);
    expect(needsSetUpProof(pendingEnrolment('totp'), account('none'))).to.equal(false);
  });
});

describe('the step of an enrolment', () => {
  for (const method of ['totp', 'email', 'sms', 'passkey'] as const) {
    it(`is the confirmation before ${method}, and then the method itself [A48]`, () => {
      expect(enrolmentStepOf(pendingEnrolment(method), account('email'))).to.equal('proof');
      expect(enrolmentStepOf(pendingEnrolment(method, { isSetUpProven: true }), account('email'))).to.equal(
        method,
      );
      expect(enrolmentStepOf(pendingEnrolment(method), account('email', 'totp'))).to.equal(method);
    });
  }

  it('is null while no enrolment is under way', () => {
    expect(enrolmentStepOf(aTransaction(), account('email'))).to.equal(null);
    expect(enrolmentStepOf(aTransaction(), account('email', 'totp', 'recovery'))).to.equal(null);
  });

  it('is null once the method is no longer on offer, except for an administrator [B.2]', () => {
    const now = account('none');
    const tenant = aTenant('acme', { setUpProof: 'none', methods: ['email'] });
    for (const forbidding of [{ tenant }, { enforcement: 'off' }] as const) {
      expect(enrolmentStepOf(pendingEnrolment('totp'), { ...now, ...forbidding })).to.equal(null);
      const boss = anAccount({ role: 'admin' });
      expect(enrolmentStepOf(pendingEnrolment('totp'), { ...now, ...forbidding, account: boss })).to.equal(
        'totp',
      );
    }
  });

  it('shows recovery codes only once they are valid', () => {
    const made = aTransaction({ newCodes: 'sealed' });
    expect(enrolmentStepOf(made, account('none'))).to.equal(null);
    expect(enrolmentStepOf(made, account('none', 'totp'))).to.equal(null);
    expect(enrolmentStepOf(made, account('none', 'totp', 'recovery'))).to.equal('recovery-codes');
    expect(
      enrolmentStepOf({ ...made, ...pendingEnrolment('sms') }, account('none', 'totp', 'recovery')),
    ).to.equal('sms');
  });
});
