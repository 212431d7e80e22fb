/** Codes to numbers that nobody has proven use up none of the sign-ins of others. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { MINUTE } from '../../contracts/examples.ts';
import { PHONE, REACHABLE, sendingIn } from '../second-factor/sending.ts';
import { aTenant, codeOf, freshSetting, inTurn, tally } from '../setting.ts';
import { codeSetUp } from './code-enrolment.ts';

const TENANTS = [aTenant('acme', { methods: ['totp', 'email', 'sms'] })];

describe('the limits on codes to unproven numbers', () => {
  const setting = freshSetting({ tenants: TENANTS, smsLimits: { perTenantDay: 12, perDay: 14 } });
  let account: Account;
  const { begin, tryToSend } = codeSetUp(setting, () => account);
  const { askedBy, tryToAsk } = sendingIn(setting);
  const colleague = () => setting().person({ ...REACHABLE, factors: [{ method: 'sms' }] });

  async function sendTimes(times: number, phone: (index: number) => string) {
    let transaction = await begin('sms');
    const outcomes = await inTurn(times, async (index) => {
      const outcome = await tryToSend(transaction, 'sms', phone(index));
      if (outcome.ok) transaction = outcome.value;
      return codeOf(outcome);
    });
    return tally(outcomes);
  }

  it("leave a colleague's sign-in its codes, whose number somebody else sets up [A113]", async () => {
    const bob = await colleague();
    account = await setting().person({ email: 'eve@acme.test' });
    expect(await sendTimes(6, () => PHONE)).to.deep.equal({ ok: 5, resend_too_soon: 1 });
    await inTurn(5, () => askedBy(bob, 'sms'));
    expect(codeOf(await tryToAsk(await setting().atCode(bob), 'sms'))).to.equal('resend_too_soon');
  });

  it('leave the tenant its sign-ins when seven accounts are at their limits [A113]', async () => {
    const bob = await colleague();
    const sent = await inTurn(7, async (index) => {
      account = await setting().person({ email: `eve-${index}@acme.test` });
      return sendTimes(5, (time) => `+316${index}0${time}00000`);
    });
    const all = sent.reduce((sum, { ok = 0 }) => sum + ok, 0);
    expect(all).to.equal(12);
    await askedBy(bob, 'sms');
  });

  it('are ten a day for an account [A113]', async () => {
    account = await setting().person({ email: 'eve@acme.test' });
    const taken: number[] = [];
    for (let quarter = 0; quarter < 3; quarter += 1) {
      const { ok = 0 } = await sendTimes(5, (time) => `+316${quarter + 1}${time}100000`);
      taken.push(ok);
      setting().clock.nextStep(15 * MINUTE);
    }
    expect(taken).to.deep.equal([5, 5, 0]);
    setting().clock.nextStep(24 * 60 * MINUTE);
    expect(await sendTimes(1, () => PHONE)).to.deep.equal({ ok: 1 });
  });
});

describe('the limits on text messages to sign in', () => {
  const setting = freshSetting({ tenants: TENANTS, smsLimits: { perTenantDay: 1000, perDay: 1000 } });
  const { tryToAsk } = sendingIn(setting);

  it('are fifty a day for an account, so that seven accounts do not silence their tenant [A113]', async () => {
    const eve = await setting().person({ ...REACHABLE, factors: [{ method: 'sms' }] });
    const sent = await inTurn(12, async () => {
      const outcomes = await inTurn(5, async () =>
        codeOf(await tryToAsk(await setting().atCode(eve), 'sms')),
      );
      setting().clock.nextStep(10 * MINUTE);
      return outcomes;
    });
    expect(tally(sent.flat())).to.deep.equal({ ok: 50, resend_too_soon: 10 });
    setting().clock.nextStep(24 * 60 * MINUTE);
    expect(codeOf(await tryToAsk(await setting().atCode(eve), 'sms'))).to.equal('ok');
  });
});
