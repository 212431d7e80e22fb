/** The enrolment of codes by mail and by SMS, for an account with a factor or without a required confirmation. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { enrolmentPurpose } from '../../../src/domain/enrolment/enrolment.ts';
import {
  FAILURES_UNTIL_REFUSED,
  secondFactorSubject,
  truncatedAddress,
} from '../../../src/domain/sign-in/attempts.ts';
import { DeliveryFailed } from '../../../src/ports/senders.ts';
import { NOW } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import { EMAIL, PHONE, sendingIn } from '../second-factor/sending.ts';
import {
  ADDRESS,
  acceptedBy,
  aTenant,
  cipher,
  codeOf,
  freshSetting,
  refusalOf,
  tally,
  withTotp,
} from '../setting.ts';
import { codeSetUp } from './code-enrolment.ts';

const OTHER = '+31687654321';
const TENANTS = [aTenant('acme', { methods: ['totp', 'email', 'sms'] })];

describe('enrolling sent codes', () => {
  const setting = freshSetting({ tenants: TENANTS });
  let account: Account;
  const { begin, tryToSend, send, confirm, view, methods, stored } = codeSetUp(setting, () => account);
  const { askedBy, verify } = sendingIn(setting);

  beforeEach(async () => {
    account = await setting().person();
  });

  const enrolled = async (method: string) =>
    (await setting().stores.enrolments.listByAccount(account.id)).filter((each) => each.method === method);

  describe('by SMS (3.3)', () => {
    it('asks for a number, sends a code to it, and enrols the number after a right answer', async () => {
      const transaction = await begin('sms');
      expect(await view(transaction, 'sms')).to.deep.equal({
        id: null,
        destination: null,
        expiresAt: null,
        isSent: false,
      });
      const asked = await send(transaction, 'sms', '+31 (0)6 1234 5678');
      expect(await view(asked, 'sms')).to.include({ destination: '+31 6 12345678', isSent: true });
      const bound = acceptedBy(await confirm(asked, 'sms', await setting().sentCode(PHONE)));
      expect(bound.authentications.map((authentication) => authentication.method)).to.deep.equal([
        'pwd',
        'sms',
      ]);
      const [factor] = await enrolled('sms');
      if (!factor) throw new Error('nothing was bound');
      expect(cipher.decrypt(factor.secret ?? '', enrolmentPurpose(factor))).to.equal(PHONE);
      expect((await stored())?.phone).to.equal(PHONE);
      expect(setting().told.map(({ topic }) => topic)).to.deep.equal(['factor-added']);
      const context = await askedBy(account, 'sms');
      expect(codeOf(await verify(context, 'sms', await setting().sentCode(PHONE)))).to.equal('ok');
    });

    it('requires a number first', async () => {
      const transaction = await begin('sms');
      for (const phone of [null, '', 'bob', '0612345678']) {
        expect(refusalOf(await tryToSend(transaction, 'sms', phone))).to.deep.equal({
          code: 'phone_invalid',
        });
      }
      expect(refusalOf(await confirm(transaction, 'sms', '123456'))).to.deep.equal({ code: 'code_expired' });
      expect(await setting().outbox()).to.deep.equal([]);
    });

    it('reads a number without its country code by the language of the page [3.3]', async () => {
      const transaction = await begin('sms');
      const asked = acceptedBy(await tryToSend(transaction, 'sms', '06 12345678', null, 'nl'));
      expect(await view(asked, 'sms')).to.include({ destination: '+31 6 12345678', isSent: true });
    });

    it('records a wrong code with its account and IP address [A19]', async () => {
      const transaction = await send(await begin('sms'), 'sms', PHONE);
      expect(codeOf(await confirm(transaction, 'sms', await setting().wrongSentCode(PHONE)))).to.equal(
        'code_invalid',
      );
      const [line] = await setting().stores.audit.list({ limit: 1 });
      expect(line).to.deep.include({
        event: 'second_factor.refused',
        reason: 'code_invalid',
        accountId: account.id,
        tenantId: 'acme',
        clientId: 'rp',
        method: 'sms',
        ip: truncatedAddress(ADDRESS),
      });
    });

    it('sends again to the same number, or to another typed one [3.6]', async () => {
      const first = await send(await begin('sms'), 'sms', PHONE);
      const again = await send(first, 'sms');
      const code = await setting().sentCode(PHONE);
      const other = await send(again, 'sms', OTHER);
      expect((await setting().outbox()).map(({ to }) => to)).to.deep.equal([OTHER, PHONE, PHONE]);
      expect(await view(other, 'sms')).to.include({ destination: '+31 6 87654321' });
      const newest = await setting().sentCode(OTHER);
      if (code !== newest) expect(codeOf(await confirm(other, 'sms', code))).to.equal('code_invalid');
      acceptedBy(await confirm(other, 'sms', newest));
      expect((await stored())?.phone).to.equal(OTHER);
    });

    it('enrols only the number that the code went to [A39]', async () => {
      const mine = await send(await begin('sms'), 'sms', PHONE);
      const code = await setting().sentCode(PHONE);
      // A second tab of the same visit types a number of its own, and its page is sent with the code of the first.
      const theirs = await send(mine, 'sms', OTHER);
      const answered = await confirm(theirs, 'sms', code);
      if ((await setting().sentCode(OTHER)) !== code) expect(codeOf(answered)).to.equal('code_invalid');
      const stale = await confirm({ ...theirs, challenges: mine.challenges }, 'sms', code);
      expect(codeOf(stale)).to.equal('code_invalid');
      expect(await methods()).to.deep.equal([]);
      expect((await stored())?.phone).to.equal(null);
    });

    it('replaces the previous number, because an account has one [3.5]', async () => {
      account = await setting().person({
        email: 'ann@acme.test',
        phone: PHONE,
        factors: [{ method: 'sms' }],
      });
      const transaction = await send(await begin('sms'), 'sms', OTHER);
      acceptedBy(await confirm(transaction, 'sms', await setting().sentCode(OTHER)));
      const [factor, ...more] = await enrolled('sms');
      expect(more).to.deep.equal([]);
      expect(factor?.id).to.equal(transaction.pendingEnrolment?.enrolmentId);
      expect(await setting().events()).to.include('contact.changed');
      expect(setting().told.map(({ topic }) => topic)).to.deep.equal(['phone-changed', 'factor-added']);
    });

    it('sends one code and enrols one number after two clicks', async () => {
      const transaction = await begin('sms');
      const both = await together(2, () => tryToSend(transaction, 'sms', PHONE, ''));
      const [one, two] = both.map(acceptedBy);
      expect(one).to.deep.equal(two);
      if (!one) throw new Error('nothing was sent');
      expect(acceptedBy(await tryToSend(one, 'sms', PHONE, ''))).to.deep.equal(one);
      expect(await setting().outbox()).to.have.length(1);
      const code = await setting().sentCode(PHONE);
      const ends = (await together(2, () => confirm(one, 'sms', code))).map(acceptedBy);
      expect(ends[0]).to.deep.equal(ends[1]);
      expect(tally(await methods())).to.deep.equal({ sms: 1, recovery: 1 });
    });
  });

  describe('by mail', () => {
    it('sends to the address of the account, and confirms it after a right answer [2.5]', async () => {
      expect((await stored())?.emailConfirmed).to.equal(false);
      const transaction = await send(await begin('email'), 'email');
      expect(await view(transaction, 'email')).to.include({ destination: 'b••••••@a••••••' });
      const bound = acceptedBy(await confirm(transaction, 'email', await setting().sentCode(EMAIL)));
      expect(bound.authentications.map((authentication) => authentication.method)).to.deep.equal([
        'pwd',
        'email',
      ]);
      expect((await stored())?.emailConfirmed).to.equal(true);
      const context = await askedBy(account, 'email');
      expect(codeOf(await verify(context, 'email', await setting().sentCode(EMAIL)))).to.equal('ok');
    });

    it('ignores a number and sends to that address only', async () => {
      const transaction = await begin('email');
      await send(transaction, 'email', OTHER);
      expect((await setting().outbox()).map(({ to, channel }) => [channel, to])).to.deep.equal([
        ['email', EMAIL],
      ]);
    });

    it('adds one factor, however often it is repeated', async () => {
      for (let times = 0; times < 2; times += 1) {
        const transaction = await send(await begin('email'), 'email');
        acceptedBy(await confirm(transaction, 'email', await setting().sentCode(EMAIL)));
      }
      expect(tally(await methods())).to.deep.equal({ email: 1, recovery: 1 });
    });
  });

  it('uses up its code, which is not valid at a sign-in [A36]', async () => {
    account = await setting().person({ email: 'ann@acme.test', emailConfirmed: true, ...withTotp });
    const transaction = await send(await begin('email'), 'email');
    const code = await setting().sentCode('ann@acme.test');
    const bound = acceptedBy(await confirm(transaction, 'email', code));
    expect(bound.challenges).to.deep.equal([]);
    expect(codeOf(await verify(await setting().atCode(account), 'email', code))).to.equal('code_expired');
    expect(codeOf(await confirm(transaction, 'email', code))).to.be.oneOf(['ok', 'session_expired']);
    expect(await enrolled('email')).to.have.length(1);
  });

  it('refuses a step out of order', async () => {
    const sms = await send(await begin('sms'), 'sms', PHONE);
    const code = await setting().sentCode(PHONE);
    for (const step of ['totp', 'email', 'proof'] as const) {
      expect(codeOf(await confirm(sms, step, code)), step).to.equal('session_expired');
    }
    expect(codeOf(await tryToSend(sms, 'email'))).to.equal('session_expired');
    expect(codeOf(await confirm(await setting().begun(account), 'sms', code))).to.equal('session_expired');
    expect(await methods()).to.deep.equal([]);
  });

  it('replaces a refused factor after 100 failures in a row, and restarts the count', async () => {
    account = await setting().person({
      email: 'ann@acme.test',
      phone: PHONE,
      factors: [{ method: 'sms' }, ...withTotp.factors],
    });
    const subject = secondFactorSubject(account.id);
    for (let times = 0; times < FAILURES_UNTIL_REFUSED; times += 1) {
      await setting().stores.lockouts.addFailure(subject, 'sms', NOW);
    }
    expect((await setting().evaluated(account)).decision).to.include({ preferred: 'totp' });
    const transaction = await send(await begin('sms'), 'sms', PHONE);
    acceptedBy(await confirm(transaction, 'sms', await setting().sentCode(PHONE)));
    expect((await setting().stores.lockouts.read(subject)).failures).to.deep.equal({});
    const context = await askedBy(account, 'sms');
    expect(codeOf(await verify(context, 'sms', await setting().sentCode(PHONE)))).to.equal('ok');
  });
});

describe('enrolling sent codes while the gateway fails', () => {
  let isDown = true;
  const setting = freshSetting({
    tenants: TENANTS,
    sender: {
      async send() {
        if (isDown) throw new DeliveryFailed('the gateway is down');
      },
    },
  });
  let account: Account;
  const { begin, tryToSend, send, view } = codeSetUp(setting, () => account);

  it('keeps the previous number and code [R19]', async () => {
    account = await setting().person();
    isDown = true;
    const transaction = await begin('sms');
    expect(refusalOf(await tryToSend(transaction, 'sms', PHONE))).to.deep.equal({ code: 'delivery_failed' });
    const after = await setting().stores.transactions.find(transaction.uid, NOW);
    expect(after && (await view(after, 'sms'))).to.include({ destination: null, isSent: false });

    isDown = false;
    const asked = await send(after ?? transaction, 'sms', PHONE);
    isDown = true;
    expect(codeOf(await tryToSend(asked, 'sms', OTHER))).to.equal('delivery_failed');
    const later = await setting().stores.transactions.find(transaction.uid, NOW);
    expect(later && (await view(later, 'sms'))).to.deep.equal(await view(asked, 'sms'));
  });
});
