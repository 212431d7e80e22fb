/** A change of the e-mail address: what refuses it, and what its link does beside another change. */
import { expect } from 'chai';
import type { Account } from '../../../../src/domain/account.ts';
import { FROZEN } from '../../../../src/domain/refusal.ts';
import { MOST_FORMER, RESTORE_LINK_MS } from '../../../../src/domain/self-service/email-change.ts';
import { aTrustedBrowser, MINUTE, NOW } from '../../../contracts/examples.ts';
import { together } from '../../../contracts/make-store.ts';
import { ADDRESS, acceptedBy, aTenant, codeOf, freshSetting, refusalOf, withTotp } from '../../setting.ts';
import { addressesOf, FROM } from './addresses.ts';

const NEXT = 'bob@home.test';
const DAY = 24 * 60 * MINUTE;

describe('a change of the e-mail address', () => {
  const setting = freshSetting({ tenants: [aTenant('acme', { methods: ['totp', 'email'] })] });
  const { change, stored, tokenTo, limitMails } = addressesOf(setting);
  let account: Account;

  beforeEach(async () => {
    limitMails(false);
    account = await setting().person(withTotp);
  });

  const ask = async (email: string) => change().ask(await setting().evaluated(account), email, FROM);

  it('is none for the same address, and is refused for what is no address', async () => {
    expect(acceptedBy(await ask(' BOB@acme.test '))).to.equal('unchanged');
    for (const email of ['', 'bob', 'bob@', 'a b@home.test'])
      expect(refusalOf(await ask(email)), email).to.deep.equal({
        code: 'field_invalid',
        because: 'email_incomplete',
      });
    expect(await setting().outbox()).to.deep.equal([]);
    expect((await stored(account)).pendingEmail).to.equal(null);
  });

  it('is refused to a frozen account, and where too many mails went out, and changes nothing then', async () => {
    limitMails(true);
    expect(codeOf(await ask(NEXT))).to.equal('resend_too_soon');
    limitMails(false);
    await setting().stores.accounts.setFrozen(account.id, NOW);
    expect(refusalOf(await ask(NEXT))).to.deep.equal(FROZEN);
    expect((await stored(account)).pendingEmail).to.equal(null);
    expect(await setting().events()).to.deep.equal([]);
  });

  it('waits while ten former addresses can be restored, until the oldest one cannot', async () => {
    const former = Array.from({ length: MOST_FORMER }, (_, n) => ({
      email: `bob-${n}@acme.test`,
      linkIssuedAt: NOW - DAY + n,
    }));
    const { accounts } = setting().stores;
    await accounts.replaceEmail(account.id, account.email, account.email, NOW, former);
    const retryAt = NOW - DAY + RESTORE_LINK_MS;
    expect(refusalOf(await ask(NEXT))).to.deep.equal({ code: 'resend_too_soon', retryAt });
    setting().clock.set(retryAt);
    expect(codeOf(await ask(NEXT))).to.equal('ok');
  });

  it('waits for a code to the present address where there is no second factor, for a quarter of an hour', async () => {
    account = await setting().person({ email: 'eve@acme.test' });
    expect(acceptedBy(await ask(NEXT))).to.equal('proof');
    expect(change().unproven(await stored(account))).to.include({ email: NEXT });
    expect(change().underWay(await stored(account)), 'nothing was mailed').to.equal(null);
    setting().clock.nextStep(15 * MINUTE);
    expect(change().unproven(await stored(account))).to.equal(null);
    expect(change().unproven(account), 'no change').to.equal(null);
    expect(await setting().outbox()).to.deep.equal([]);
  });

  it('is shown while its link works, and is stopped once', async () => {
    expect(acceptedBy(await ask(NEXT))).to.equal('mailed');
    const waiting = await stored(account);
    expect(change().underWay(waiting)).to.include({ email: NEXT });
    expect(change().unproven(waiting), 'it is proven').to.equal(null);
    expect(change().underWay({ ...waiting, endsBefore: NOW + 1 }), 'ended').to.equal(null);
    setting().clock.nextStep(DAY);
    expect(change().underWay(waiting), 'too old').to.equal(null);
    await change().stop(waiting, ADDRESS);
    await change().stop(await stored(account), ADDRESS);
    expect((await stored(account)).pendingEmail).to.equal(null);
    expect(await setting().events()).to.deep.equal(['email.change_asked', 'email.change_stopped']);
  });

  it('happens once for five presses at once, and the last press tells the same', async () => {
    acceptedBy(await ask(NEXT));
    const token = await tokenTo(NEXT);
    setting().clock.nextStep(1);
    const pressed = await together(5, () => change().confirm(token, ADDRESS));
    for (const outcome of pressed) expect(acceptedBy(outcome)).to.include({ email: NEXT });
    expect(acceptedBy(await change().confirm(token, ADDRESS))).to.include({ email: NEXT });
    const { formerEmails, emailConfirmed } = await stored(account);
    expect(formerEmails.map(({ email }) => email)).to.deep.equal(['bob@acme.test']);
    expect(emailConfirmed).to.equal(true);
    const events = await setting().events();
    expect(events.filter((event) => event === 'email.changed')).to.have.lengthOf(1);
  });

  it('is told of by no further press once the former address can no longer be restored', async () => {
    acceptedBy(await ask(NEXT));
    const token = await tokenTo(NEXT);
    // An operator has given the account this address, and no former one stays.
    await setting().stores.accounts.replaceEmail(account.id, account.email, NEXT, NOW, []);
    expect(acceptedBy(await change().confirm(token, ADDRESS))).to.include({ email: NEXT });
    expect(await setting().events()).to.deep.equal(['email.change_asked']);
  });

  it('fails by a forged link, and when another account has taken the address since', async () => {
    acceptedBy(await ask(NEXT));
    const token = await tokenTo(NEXT);
    await setting().person({ email: NEXT });
    for (const link of ['forged', token])
      expect(codeOf(await change().confirm(link, ADDRESS))).to.equal('session_expired');
    expect(await stored(account)).to.include({ email: 'bob@acme.test' });
    acceptedBy(await ask(NEXT));
    const [mail] = await setting().outbox();
    expect(mail?.to).to.equal(NEXT);
    expect(mail?.text, 'the owner of the address gets no link').to.not.include('/change-email/');
  });

  it('ends the trust of browsers where codes go to the address, and no other trust', async () => {
    const { trustedBrowsers } = setting().stores;
    const mailed = await setting().person({ email: 'eve@acme.test', factors: [{ method: 'email' }] });
    for (const owner of [account, mailed]) {
      account = owner;
      const browser = aTrustedBrowser({ id: `of-${owner.id}`, accountId: owner.id, expiresAt: NOW + DAY });
      await trustedBrowsers.insert(browser);
      acceptedBy(await ask(`next-${owner.email}`));
      acceptedBy(await change().confirm(await tokenTo(`next-${owner.email}`), ADDRESS));
      const left = await trustedBrowsers.listByAccount(owner.id, NOW);
      expect(left, owner.email).to.have.lengthOf(owner === mailed ? 0 : 1);
    }
  });
});
