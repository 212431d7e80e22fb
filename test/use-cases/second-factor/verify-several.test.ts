/** Guessing with several methods: each has its own few tries, and the account one limit for them all. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { enrolmentPurpose } from '../../../src/domain/enrolment/enrolment.ts';
import type { MethodName } from '../../../src/domain/methods/method.ts';
import { FAILURES_UNTIL_REFUSED, secondFactorSubject } from '../../../src/domain/sign-in/attempts.ts';
import type { SignInContext } from '../../../src/use-cases/second-factor/sign-in-context.ts';
import { anEnrolment, MINUTE, NOW } from '../../contracts/examples.ts';
import { acceptedBy, aTenant, codeOf, freshSetting, inTurn, refusalOf, SECRET, tally } from '../setting.ts';
import { EMAIL, PHONE, REACHABLE, sendingIn } from './sending.ts';

const FACTORS = [{ method: 'totp', secret: SECRET }, { method: 'email' }, { method: 'sms' }] as const;

describe('the limits on wrong codes of several methods', () => {
  const setting = freshSetting({
    tenants: [aTenant('acme', { enforcement: 'required', methods: ['totp', 'email', 'sms'] })],
  });
  const { ask, askedBy, verify } = sendingIn(setting);
  let account: Account;

  beforeEach(async () => {
    account = await setting().person({ ...REACHABLE, factors: FACTORS });
    // A set of codes that no account has, for wrong attempts.
    const paper = { id: 'paper', method: 'recovery', accountId: account.id, tenantId: 'acme' } as const;
    const secret = setting().needs.cipher.encrypt('[]', enrolmentPurpose(paper));
    await setting().stores.enrolments.insert(anEnrolment({ ...paper, secret }));
  });

  async function wrongCode(method: MethodName): Promise<string> {
    if (method === 'totp') return setting().wrongCode();
    if (method === 'recovery') return '0000-0000-0000-0000';
    return setting().wrongSentCode(method === 'email' ? EMAIL : PHONE);
  }
  const wrong = (context: SignInContext, method: MethodName, times: number) =>
    inTurn(times, async () => refusalOf(await verify(context, method, await wrongCode(method))));
  const lockout = () => setting().stores.lockouts.read(secondFactorSubject(account.id));
  const codes = (refusals: readonly ({ code: string } | null)[]) =>
    tally(refusals.map((each) => each?.code ?? 'ok'));

  it('allow five by each method in one sign-in, and then another method', async () => {
    const context = await ask(await askedBy(account, 'email'), 'sms');
    const refusals = await wrong(context, 'totp', 6);
    expect(refusals.at(-1)).to.deep.equal({ code: 'too_many_attempts', retryAt: null });
    expect(codeOf(await verify(context, 'email', await setting().sentCode(EMAIL)))).to.equal('ok');
  });

  it('are common to the account: another method allows no further attempts [A23]', async () => {
    const context = await ask(await askedBy(account, 'email'), 'sms');
    const refusals = [
      ...(await wrong(context, 'totp', 4)),
      ...(await wrong(context, 'email', 3)),
      ...(await wrong(context, 'sms', 2)),
      ...(await wrong(context, 'recovery', 2)),
    ];
    const locked = { code: 'too_many_attempts', retryAt: NOW + 15 * MINUTE };
    expect(codes(refusals)).to.deep.equal({ code_invalid: 9, too_many_attempts: 2 });
    expect(refusals.slice(-2)).to.deep.equal([locked, locked]);
    expect((await lockout()).failures).to.deep.equal({ totp: 4, email: 3, sms: 2, recovery: 1 });
    for (const method of ['totp', 'email', 'sms', 'recovery'] as const) {
      const typed = method === 'totp' ? setting().code() : await setting().sentCode(EMAIL);
      expect(refusalOf(await verify(context, method, typed)), method).to.deep.equal(locked);
    }
  });

  it('are reset by a success of the same method only [A31]', async () => {
    const first = await askedBy(account, 'email');
    await wrong(first, 'email', 4);
    await wrong(first, 'totp', 4);
    acceptedBy(await verify(first, 'totp', setting().code()));
    expect(await lockout()).to.deep.include({ failures: { email: 4 } });
    // Four mailed codes are still counted: six more are taken, not ten.
    const second = await askedBy(account, 'email');
    expect(codes(await wrong(second, 'email', 5))).to.deep.equal({ code_invalid: 5 });
    const third = await askedBy(account, 'email');
    expect(codes(await wrong(third, 'email', 2))).to.deep.equal({ too_many_attempts: 2 });
    expect((await lockout()).lockedUntil).to.equal(NOW + 15 * MINUTE);
  });

  it('keep the length of the next lock while another method has failures [A31]', async () => {
    const first = await askedBy(account, 'email');
    await wrong(first, 'email', 4);
    await wrong(first, 'totp', 5);
    await wrong(await setting().atCode(account), 'totp', 1);
    setting().clock.nextStep(15 * MINUTE);
    acceptedBy(await verify(await setting().atCode(account), 'totp', setting().code()));
    expect(await lockout()).to.deep.include({ level: 1, failures: { email: 4 } });
    const second = await askedBy(account, 'email');
    acceptedBy(await verify(second, 'email', await setting().sentCode(EMAIL)));
    expect(await lockout()).to.deep.include({ level: 0, failures: {} });
  });

  it('refuse a method after 100 failures in a row, and accept the others [A19]', async () => {
    const subject = secondFactorSubject(account.id);
    for (let times = 0; times < FAILURES_UNTIL_REFUSED; times += 1) {
      await setting().stores.lockouts.addFailure(subject, 'email', NOW);
    }
    const context = await setting().atCode(account);
    const policyResult = await setting().secondFactor.evaluate(context);
    expect(policyResult?.decision).to.deep.include({ methods: ['totp', 'sms', 'recovery'] });
    acceptedBy(await verify(context, 'totp', setting().code()));
    expect((await lockout()).failures).to.deep.equal({ email: 100 });
  });
});
