/** The limits against SMS pumping, which apply before anything is sent. */
import { expect } from 'chai';
import { systemRandom } from '../../../src/adapters/system/random.ts';
import type { Account } from '../../../src/domain/account.ts';
import type { Outcome } from '../../../src/domain/refusal.ts';
import { createTextLimits } from '../../../src/use-cases/second-factor/send-limits.ts';
import { MINUTE, NOW } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import { ADDRESS, acceptedBy, aTenant, codeOf, freshSetting, inTurn, refusalOf, tally } from '../setting.ts';
import { sendingIn } from './sending.ts';

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const METHODS = { methods: ['totp', 'sms', 'email'] } as const;

describe('text messages [A73]', () => {
  const setting = freshSetting({
    tenants: [aTenant('acme', METHODS), aTenant('globex', METHODS)],
    smsLimits: { allowedPrefixes: ['+31', '+4915'], perBlockHour: 10, perTenantDay: 15, perDay: 20 },
  });
  const { tryToAsk, sent } = sendingIn(setting);

  const numbered = (index: number, block = '+31612345') => `${block}${String(index).padStart(3, '0')}`;
  const someone = (index: number, tenantId = 'acme'): Promise<Account> =>
    setting().person({ tenantId, email: `${tenantId}${index}@acme.test` });
  const member = (index: number, phone: string, tenantId = 'acme'): Promise<Account> =>
    setting().person({
      tenantId,
      email: `${tenantId}${index}@acme.test`,
      phone,
      factors: [{ method: 'sms' }],
    });

  /** An account that sets up codes by SMS types this number. */
  async function typeNumber(account: Account, phone: string): Promise<Outcome<unknown>> {
    const { begun, evaluated, enrolment } = setting();
    const policyResult = await evaluated(account);
    const transaction = acceptedBy(await enrolment.begin(await begun(account), policyResult, 'sms'));
    return enrolment.send(transaction, policyResult, 'sms', {
      phone,
      seen: null,
      ip: ADDRESS,
      clientId: 'rp',
      locale: 'en',
    });
  }

  it('go to the listed countries only', async () => {
    const one = await someone(1);
    for (const phone of ['+32470123456', '+447400123456', '+4917612345678', '+1 900 555 0123']) {
      expect(refusalOf(await typeNumber(one, phone)), phone).to.deep.equal({ code: 'phone_invalid' });
    }
    expect(await sent()).to.equal(0);
    expect(codeOf(await typeNumber(one, '+31 6 1234 5678'))).to.equal('ok');
    expect(codeOf(await typeNumber(one, '+4915112345678'))).to.equal('ok');
    expect(await sent()).to.equal(2);
  });

  it('go to no impossible number', async () => {
    const one = await someone(1);
    for (const phone of ['', '0612345678', '+31', '+3161234', 'bob@acme.test', '+31612345678;+31612345679']) {
      expect(refusalOf(await typeNumber(one, phone)), phone).to.deep.equal({ code: 'phone_invalid' });
    }
    expect(await sent()).to.equal(0);
  });

  it('go to no country that was removed from the list, even to a confirmed number', async () => {
    const one = await member(1, '+447400123456');
    const outcome = await tryToAsk(await setting().atCode(one), 'sms');
    expect(refusalOf(outcome)).to.deep.equal({ code: 'phone_invalid' });
    expect(await sent()).to.equal(0);
  });

  it('go to ten new numbers of one block of a thousand in an hour', async () => {
    const accounts = await inTurn(50, (index) => someone(index));
    const outcomes = await Promise.all(accounts.map((one, index) => typeNumber(one, numbered(index))));
    expect(tally(outcomes.map(codeOf))).to.deep.equal({ ok: 10, resend_too_soon: 40 });
    expect(await sent()).to.equal(10);
    const [refused] = outcomes.filter(({ ok }) => !ok);
    expect(refused && refusalOf(refused)).to.deep.equal({ code: 'resend_too_soon', retryAt: NOW + HOUR });
    // Another block is another one, and an hour later there is room again.
    expect(codeOf(await typeNumber(await someone(50), numbered(1, '+31612346')))).to.equal('ok');
    setting().clock.nextStep(HOUR);
    expect(codeOf(await typeNumber(await someone(51), numbered(99)))).to.equal('ok');
  });

  it('still go to confirmed numbers of that block', async () => {
    const accounts = await inTurn(12, (index) => member(index, numbered(index)));
    const outcomes = await together(12, async (index) => {
      const account = accounts[index];
      if (!account) throw new Error('nobody');
      return tryToAsk(await setting().atCode(account), 'sms');
    });
    expect(tally(outcomes.map(codeOf))).to.deep.equal({ ok: 12 });
  });

  it('have a separate daily limit for each tenant', async () => {
    const accounts = await inTurn(16, (index) => member(index, numbered(index)));
    const outcomes = await inTurn(16, async (index) => {
      const account = accounts[index];
      return account ? tryToAsk(await setting().atCode(account), 'sms') : Promise.reject(new Error('nobody'));
    });
    expect(outcomes.slice(0, 15).map(codeOf)).to.deep.equal(Array(15).fill('ok'));
    expect(refusalOf(outcomes[15] ?? { ok: true, value: null })).to.deep.equal({
      code: 'resend_too_soon',
      retryAt: NOW + DAY,
    });
    const other = await member(1, numbered(900), 'globex');
    expect(codeOf(await tryToAsk(await setting().atCode(other), 'sms'))).to.equal('ok');
  });

  it('have a daily limit for all tenants together', async () => {
    const ours = await inTurn(15, (index) => member(index, numbered(index)));
    const theirs = await inTurn(6, (index) => member(index, numbered(100 + index), 'globex'));
    const outcomes = await inTurn(21, async (index) => {
      const account = [...ours, ...theirs][index];
      return account ? tryToAsk(await setting().atCode(account), 'sms') : Promise.reject(new Error('nobody'));
    });
    expect(tally(outcomes.map(codeOf))).to.deep.equal({ ok: 20, resend_too_soon: 1 });
    expect(await sent()).to.equal(20);
    setting().clock.nextStep(DAY);
    const [again] = theirs;
    if (again) expect(codeOf(await tryToAsk(await setting().atCode(again), 'sms'))).to.equal('ok');
  });

  it('are counted in no limit when one refuses them, and mail still goes out', async () => {
    const accounts = await inTurn(15, (index) => member(index, numbered(index)));
    for (const account of accounts) acceptedBy(await tryToAsk(await setting().atCode(account), 'sms'));
    const one = await setting().person({
      email: 'both@acme.test',
      emailConfirmed: true,
      phone: numbered(500),
      factors: [{ method: 'sms' }, { method: 'email' }],
    });
    await inTurn(6, async () => tryToAsk(await setting().atCode(one), 'sms'));
    const mails = await inTurn(6, async () => tryToAsk(await setting().atCode(one), 'email'));
    expect(tally(mails.map(codeOf))).to.deep.equal({ ok: 5, resend_too_soon: 1 });
  });

  describe('with notices', () => {
    const textTo = (account: Account) =>
      createTextLimits({
        ...setting().stores,
        smsLimits: { allowedPrefixes: null, perBlockHour: 1, perTenantDay: 15, perDay: 20 },
        clock: setting().clock,
        random: systemRandom,
      })(account);

    it('are ten a day for an account', async () => {
      const one = await someone(1);
      expect(tally((await together(30, () => textTo(one))).map(String))).to.deep.equal({
        true: 10,
        false: 20,
      });
      expect(await textTo(await someone(2))).to.equal(true);
      setting().clock.nextStep(DAY);
      expect(await textTo(one)).to.equal(true);
    });

    it('have daily limits of their own, so that the codes still go out [A113]', async () => {
      const [one, two] = [await someone(1), await someone(2)];
      await inTurn(10, () => textTo(one));
      await inTurn(5, () => textTo(two));
      expect(await textTo(two)).to.equal(false);
      const asked = await tryToAsk(await setting().atCode(await member(3, numbered(3))), 'sms');
      expect(codeOf(asked)).to.equal('ok');
      const theirs = await someone(4, 'globex');
      await inTurn(5, () => textTo(theirs));
      expect(await textTo(await someone(5, 'globex'))).to.equal(false);
    });
  });
});

describe('text messages where no country is listed [A73]', () => {
  const setting = freshSetting({ tenants: [aTenant('acme', METHODS)], smsLimits: { allowedPrefixes: [] } });
  const { tryToAsk, sent } = sendingIn(setting);

  it('go nowhere', async () => {
    const one = await setting().person({ phone: '+31612345678', factors: [{ method: 'sms' }] });
    expect(codeOf(await tryToAsk(await setting().atCode(one), 'sms'))).to.equal('phone_invalid');
    expect(await sent()).to.equal(0);
  });
});
