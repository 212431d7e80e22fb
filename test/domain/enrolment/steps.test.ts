/** Which step of a set-up comes next. */
import { expect } from 'chai';
import { needsSetUpProof, setUpStepOf } from '../../../src/domain/enrolment/steps.ts';
import type { MethodName } from '../../../src/domain/methods/method.ts';
import type { Progress } from '../../../src/domain/sign-in/transaction.ts';
import type { TenantSecondFactor } from '../../../src/domain/tenant.ts';
import { anAccount, anEnrolment, aProgress } from '../../contracts/examples.ts';
import { aTenant } from '../../use-cases/setting.ts';

function account(setUpProof: TenantSecondFactor['setUpProof'], ...methods: MethodName[]) {
  const enrolments = methods.map((method) => anEnrolment({ id: method, method }));
  const tenant = aTenant('acme', { setUpProof, methods: ['totp', 'email', 'sms', 'passkey'] });
  return { tenant, enrolments, enforcement: 'optional', account: anAccount() } as const;
}

const pending = (method: MethodName, more: Partial<Progress> = {}): Progress =>
  aProgress({ pending: { enrolmentId: 'new', method, secret: null }, ...more });

describe('the proof before a set-up', () => {
  it('A48 is needed for the first factor, whatever else there is', () => {
    expect(needsSetUpProof(pending('totp'), account('email'))).to.equal(true);
    expect(needsSetUpProof(pending('totp'), account('email', 'recovery'))).to.equal(true);
  });

  it('is not asked twice in one visit, nor of who has a factor, nor where the tenant wants none', () => {
    expect(needsSetUpProof(pending('totp', { isSetUpProven: true }), account('email'))).to.equal(false);
    expect(needsSetUpProof(pending('totp'), account('email', 'email'))).to.equal(false);
    expect(needsSetUpProof(pending('totp'), account('none'))).to.equal(false);
  });
});

describe('the step of a set-up', () => {
  for (const method of ['totp', 'email', 'sms', 'passkey'] as const) {
    it(`A48 is the proof before ${method}, and then the method itself`, () => {
      expect(setUpStepOf(pending(method), account('email'))).to.equal('proof');
      expect(setUpStepOf(pending(method, { isSetUpProven: true }), account('email'))).to.equal(method);
      expect(setUpStepOf(pending(method), account('email', 'totp'))).to.equal(method);
    });
  }

  it('is none while nothing is set up', () => {
    expect(setUpStepOf(aProgress(), account('email'))).to.equal(null);
    expect(setUpStepOf(aProgress(), account('email', 'totp', 'recovery'))).to.equal(null);
  });

  it('B.2 is none when the method was taken off the offer, for who is no administrator', () => {
    const now = account('none');
    const tenant = aTenant('acme', { setUpProof: 'none', methods: ['email'] });
    for (const forbidding of [{ tenant }, { enforcement: 'off' }] as const) {
      expect(setUpStepOf(pending('totp'), { ...now, ...forbidding })).to.equal(null);
      const boss = anAccount({ role: 'admin' });
      expect(setUpStepOf(pending('totp'), { ...now, ...forbidding, account: boss })).to.equal('totp');
    }
  });

  it('shows recovery codes once they are good, and not before', () => {
    const made = aProgress({ newCodes: 'sealed' });
    expect(setUpStepOf(made, account('none'))).to.equal(null);
    expect(setUpStepOf(made, account('none', 'totp'))).to.equal(null);
    expect(setUpStepOf(made, account('none', 'totp', 'recovery'))).to.equal('recovery-codes');
    expect(setUpStepOf({ ...made, ...pending('sms') }, account('none', 'totp', 'recovery'))).to.equal('sms');
  });
});
