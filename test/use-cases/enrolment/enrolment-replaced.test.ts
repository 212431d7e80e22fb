/** The enrolment of an authenticator app in the place of one that was refused after too many failures. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { FAILURES_UNTIL_REFUSED, secondFactorSubject } from '../../../src/domain/sign-in/attempts.ts';
import { NOW } from '../../contracts/examples.ts';
import { acceptedBy, aTenant, codeOf, freshSetting, SECRET, typing, withTotp } from '../setting.ts';
import { appSetUp } from './app-enrolment.ts';

describe('enrolment: after 100 failures in a row', () => {
  const setting = freshSetting({ tenants: [aTenant('acme', { enforcement: 'required' })] });
  let account: Account;
  const { begin, codeFor, confirm, stored } = appSetUp(setting, () => account);
  const subject = () => secondFactorSubject(account.id);

  async function failed(times: number, method: string): Promise<void> {
    for (let count = 0; count < times; count += 1)
      await setting().stores.lockouts.addFailure(subject(), method, NOW);
  }

  beforeEach(async () => {
    const factors = [...withTotp.factors, { method: 'email' } as const];
    account = await setting().person({ email: 'anna@acme.test', factors });
    await failed(3, 'email');
  });

  it('replaces the refused factor, and restarts the count', async () => {
    await failed(FAILURES_UNTIL_REFUSED, 'totp');
    const [old] = await stored();
    const transaction = await begin();
    acceptedBy(await confirm(transaction, { typed: await codeFor(transaction) }));
    const left = (await stored()).map(({ id, method }) => (method === 'totp' ? id : method));
    expect(left).to.have.members(['email', transaction.pendingEnrolment?.enrolmentId]);
    expect(old?.id).not.to.equal(transaction.pendingEnrolment?.enrolmentId);
    expect((await setting().stores.lockouts.read(subject())).failures).to.deep.equal({ email: 3 });
    const revived = await setting().secondFactor.verifyCode(
      await setting().atCode(account),
      'totp',
      typing(setting().code(0, SECRET)),
    );
    expect(codeOf(revived)).to.equal('code_invalid');
  });

  it('keeps a factor that is not refused beside the new one', async () => {
    await failed(FAILURES_UNTIL_REFUSED - 1, 'totp');
    const transaction = await begin();
    acceptedBy(await confirm(transaction, { typed: await codeFor(transaction) }));
    expect(await stored()).to.have.lengthOf(3);
    expect((await setting().stores.lockouts.read(subject())).failures).to.deep.equal({
      email: 3,
      totp: 99,
    });
  });
});
