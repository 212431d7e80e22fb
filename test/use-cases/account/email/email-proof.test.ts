/** The code to the present address, before the address of an account without a second factor changes. */
import { expect } from 'chai';
import type { Account } from '../../../../src/domain/account.ts';
import { aSignInRecord, MINUTE, NOW } from '../../../contracts/examples.ts';
import { together } from '../../../contracts/make-store.ts';
import { acceptedBy, aTenant, codeOf, freshSetting, inTurn, refusalOf, tally } from '../../setting.ts';
import { addressesOf, FROM } from './addresses.ts';

const EMAIL = 'bob@acme.test';
const NEXT = 'bob@home.test';

describe('the code before a change of the address', () => {
  const setting = freshSetting({ tenants: [aTenant('acme', { methods: ['totp', 'email'] })] });
  const { proofWith, stored, limitMails } = addressesOf(setting);
  let account: Account;

  beforeEach(async () => {
    limitMails(false);
    account = await setting().person();
  });

  async function visit(email = NEXT, sessionUid = 'session-1') {
    const record = aSignInRecord({ sessionUid, accountId: account.id, expiresAt: NOW + 99 * MINUTE });
    return { record, policyResult: await setting().evaluated(await stored(account)), email };
  }

  const send = async (email = NEXT) => proofWith().send(await visit(email), { ...FROM, seen: null });
  const answer = async (typed: string, email = NEXT, sessionUid?: string) =>
    proofWith().answer(await visit(email, sessionUid), typed, { ip: FROM.ip, clientId: null });
  const view = async () => proofWith().sentTo(await visit());

  it('is shown as sent until it expires, with the masked address', async () => {
    expect(await view()).to.deep.include({ id: null, expiresAt: null });
    acceptedBy(await send());
    const sent = await view();
    expect(sent.id).to.not.equal(null);
    expect(sent.destination).to.match(/^b•+@a•+$/);
    expect(sent.expiresAt).to.equal(NOW + 90_000);
    setting().clock.nextStep(90_000);
    expect(await view()).to.deep.equal({ ...sent, expiresAt: null });
  });

  it('confirms the present address, and counts once for five forms at once', async () => {
    acceptedBy(await send());
    const typed = await setting().sentCode(EMAIL);
    const codes = (await together(5, () => answer(typed))).map(codeOf);
    expect(tally(codes)).to.deep.equal({ ok: 1, code_expired: 4 });
    expect((await stored(account)).emailConfirmed).to.equal(true);
    expect(codeOf(await answer(typed)), 'used').to.equal('code_expired');
    expect(tally(await setting().events())).to.include({ 'contact.confirmed': 1 });
  });

  it('confirms no address a second time', async () => {
    await setting().stores.accounts.confirmEmail(account.id, EMAIL, NOW);
    acceptedBy(await send());
    expect(codeOf(await answer(await setting().sentCode(EMAIL)))).to.equal('ok');
    expect(await setting().events()).to.deep.equal(['code.sent']);
  });

  it('counts for its own new address and its own session alone [A39]', async () => {
    expect(codeOf(await answer('123456')), 'none was sent').to.equal('code_expired');
    acceptedBy(await send());
    const typed = await setting().sentCode(EMAIL);
    expect(codeOf(await answer(typed, 'other@home.test'))).to.equal('code_expired');
    expect(codeOf(await answer(typed, NEXT, 'session-2'))).to.equal('code_expired');
    expect((await stored(account)).emailConfirmed).to.equal(false);
    expect(codeOf(await answer(typed))).to.equal('ok');
  });

  it('is refused when it is wrong, late, or no code, and counts the wrong ones [A19]', async () => {
    acceptedBy(await send());
    expect(refusalOf(await answer('see you'))).to.deep.include({ noCode: { digits: 6 } });
    const left = await inTurn(2, async () => refusalOf(await answer(await setting().wrongSentCode(EMAIL))));
    expect(left.map((each) => each?.code === 'code_invalid' && each.attemptsLeft)).to.deep.equal([4, 3]);
    const typed = await setting().sentCode(EMAIL);
    setting().clock.nextStep(90_000);
    expect(codeOf(await answer(typed)), 'late').to.equal('code_expired');
    await inTurn(2, async () => answer(await setting().wrongSentCode(EMAIL)));
    expect(refusalOf(await answer(await setting().wrongSentCode(EMAIL)))).to.deep.equal({
      code: 'too_many_attempts',
      retryAt: null,
    });
    expect((await stored(account)).emailConfirmed).to.equal(false);
  });

  it('is not sent beyond the limits on codes, and leaves the one that was sent', async () => {
    await inTurn(5, () => send());
    expect(codeOf(await send())).to.equal('resend_too_soon');
    expect(codeOf(await answer(await setting().sentCode(EMAIL)))).to.equal('ok');
  });

  it('stays good where no mail may go to the new address yet', async () => {
    acceptedBy(await send());
    const typed = await setting().sentCode(EMAIL);
    limitMails(true);
    expect(codeOf(await answer(typed))).to.equal('resend_too_soon');
    expect((await stored(account)).emailConfirmed).to.equal(false);
    limitMails(false);
    expect(codeOf(await answer(typed))).to.equal('ok');
  });

  it('is refused where no code can go to an address', async () => {
    const mailless = proofWith({ methods: { toAddress: null } });
    const { ip } = FROM;
    const sent = await mailless.send(await visit(), { ...FROM, seen: null });
    expect(codeOf(sent)).to.equal('method_not_allowed');
    const answered = await mailless.answer(await visit(), '123456', { ip, clientId: null });
    expect(codeOf(answered)).to.equal('method_not_allowed');
    expect(await mailless.sentTo(await visit())).to.deep.equal({
      id: null,
      destination: '',
      expiresAt: null,
    });
    expect(await setting().outbox()).to.deep.equal([]);
  });
});
