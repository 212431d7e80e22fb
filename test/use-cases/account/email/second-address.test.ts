/** The second address of an account, and its name: what is refused, and what a repeated link does. */
import { expect } from 'chai';
import type { Account } from '../../../../src/domain/account.ts';
import { FROZEN } from '../../../../src/domain/refusal.ts';
import { MINUTE, NOW } from '../../../contracts/examples.ts';
import { ADDRESS, acceptedBy, aTenant, codeOf, freshSetting, refusalOf } from '../../setting.ts';
import { addressesOf, FROM } from './addresses.ts';

const SECOND = 'bob@home.test';
const DAY = 24 * 60 * MINUTE;

describe('the second address of an account', () => {
  const setting = freshSetting({ tenants: [aTenant('acme')] });
  const { change, details, stored, tokenTo, limitMails } = addressesOf(setting);
  let account: Account;

  beforeEach(async () => {
    limitMails(false);
    account = await setting().person();
  });

  async function ask(email: string) {
    account = await stored(account);
    return details().changeSecondAddress(await setting().evaluated(account), email, FROM);
  }

  const second = async () => (await stored(account)).notificationEmail;

  it('is refused for what is no address, for the first one, and to a frozen account', async () => {
    for (const email of ['bob', 'bob@', ' BOB@acme.test '])
      expect(refusalOf(await ask(email)), email).to.deep.equal({
        code: 'field_invalid',
        field: 'notification_email',
      });
    limitMails(true);
    expect(codeOf(await ask(SECOND))).to.equal('resend_too_soon');
    limitMails(false);
    await setting().stores.accounts.setFrozen(account.id, NOW);
    expect(refusalOf(await ask(SECOND))).to.deep.equal(FROZEN);
    expect((await stored(account)).pendingNotificationEmail).to.equal(null);
    expect(await setting().events()).to.deep.equal([]);
  });

  it('counts once its link is pressed, once, and a second press tells the same', async () => {
    expect(acceptedBy(await ask(''))).to.equal('unchanged');
    expect(acceptedBy(await ask(SECOND))).to.equal('mailed');
    expect(change().secondUnderWay(await stored(account))).to.include({ email: SECOND });
    expect(await second()).to.equal(null);
    const token = await tokenTo(SECOND);
    for (let press = 0; press < 3; press += 1)
      expect(acceptedBy(await details().confirmSecondAddress(token, ADDRESS))).to.include({
        notificationEmail: SECOND,
      });
    expect(await second()).to.equal(SECOND);
    expect(change().secondUnderWay(await stored(account))).to.equal(null);
    expect(await setting().events()).to.deep.equal([
      'notification_email.asked',
      'notification_email.changed',
    ]);
    expect(acceptedBy(await ask(SECOND))).to.equal('unchanged');
  });

  it('is not confirmed by a forged link, after a stop, or after a day', async () => {
    acceptedBy(await ask(SECOND));
    const token = await tokenTo(SECOND);
    expect(codeOf(await details().confirmSecondAddress('forged', ADDRESS))).to.equal('session_expired');
    await details().stopSecondAddress(await stored(account), ADDRESS);
    await details().stopSecondAddress(await stored(account), ADDRESS);
    expect(codeOf(await details().confirmSecondAddress(token, ADDRESS))).to.equal('session_expired');
    acceptedBy(await ask(SECOND));
    setting().clock.nextStep(DAY);
    expect(change().secondUnderWay(await stored(account))).to.equal(null);
    expect(codeOf(await details().confirmSecondAddress(await tokenTo(SECOND), ADDRESS))).to.equal(
      'session_expired',
    );
    expect(await second()).to.equal(null);
    expect((await setting().events()).filter((event) => event.endsWith('stopped'))).to.have.lengthOf(1);
  });

  it('is removed by an empty field, and its link does not bring it back', async () => {
    acceptedBy(await ask(SECOND));
    const token = await tokenTo(SECOND);
    acceptedBy(await details().confirmSecondAddress(token, ADDRESS));
    expect(acceptedBy(await ask(' '))).to.equal('removed');
    expect(codeOf(await details().confirmSecondAddress(token, ADDRESS))).to.equal('session_expired');
    expect(await second()).to.equal(null);
  });

  it('stands beside a name and a language, which are stored and told once', async () => {
    expect(refusalOf(await details().rename(account, '  ', ADDRESS))).to.deep.equal({
      code: 'field_invalid',
      field: 'name',
    });
    acceptedBy(await details().rename(account, ' Bobby ', ADDRESS));
    acceptedBy(await details().rename(await stored(account), 'Bobby', ADDRESS));
    await details().chooseLanguage(await stored(account), 'nl', ADDRESS);
    await details().chooseLanguage(await stored(account), 'nl', ADDRESS);
    expect(await stored(account)).to.include({ name: 'Bobby', locale: 'nl' });
    expect(await setting().events()).to.deep.equal([
      'account.details_changed name',
      'account.details_changed locale',
    ]);
  });
});
