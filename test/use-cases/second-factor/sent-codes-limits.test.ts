/** How many codes are sent, to whom, and what becomes of one that could not be handed over. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { secondFactorSubject } from '../../../src/domain/sign-in/attempts.ts';
import { DeliveryFailed, type Message } from '../../../src/ports/senders.ts';
import { MINUTE, NOW } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import { acceptedBy, aTenant, codeOf, freshSetting, inTurn, refusalOf, SECRET, tally } from '../setting.ts';
import { EMAIL, PHONE, REACHABLE, seenBy, sendingIn } from './sending.ts';

const TENANTS = [aTenant('acme', { enforcement: 'required', methods: ['totp', 'email', 'sms'] })];
const FACTORS = [{ method: 'email' }, { method: 'sms' }, { method: 'totp', secret: SECRET }] as const;

describe('sending codes', () => {
  const setting = freshSetting({ tenants: TENANTS });
  const { tryToAsk, resend, askedBy, verify, sent } = sendingIn(setting);
  let account: Account;

  beforeEach(async () => {
    account = await setting().person({ ...REACHABLE, factors: FACTORS });
  });

  const someoneElse = (email: string, phone: string) =>
    setting().person({ ...REACHABLE, email, phone, factors: FACTORS });

  describe('repeatedly [2.8 3.6]', () => {
    it('is possible five times in any ten minutes', async () => {
      let context = await askedBy(account, 'email');
      for (let minute = 1; minute < 5; minute += 1) {
        setting().clock.nextStep(MINUTE);
        context = acceptedBy(await resend(context, 'email'));
      }
      setting().clock.nextStep(MINUTE);
      const retryAt = NOW + 10 * MINUTE;
      expect(refusalOf(await resend(context, 'email'))).to.deep.equal({ code: 'resend_too_soon', retryAt });
      expect(await sent()).to.equal(5);
      setting().clock.set(retryAt - 1);
      expect(codeOf(await resend(context, 'email'))).to.equal('resend_too_soon');
      setting().clock.set(retryAt);
      expect(codeOf(await resend(context, 'email'))).to.equal('ok');
      expect(await sent()).to.equal(6);
    });

    it('sends nothing when it is refused, and keeps the newest code valid [A38]', async () => {
      let context = await askedBy(account, 'email');
      for (let times = 1; times < 5; times += 1) context = acceptedBy(await resend(context, 'email'));
      const newest = await setting().sentCode(EMAIL);
      expect(codeOf(await resend(context, 'email'))).to.equal('resend_too_soon');
      expect(await sent()).to.equal(5);
      expect(codeOf(await verify(context, 'email', newest))).to.equal('ok');
    });

    it('counts for the account, over all sign-ins and methods', async () => {
      await inTurn(3, () => askedBy(account, 'email'));
      await inTurn(2, () => askedBy(account, 'sms'));
      for (const method of ['email', 'sms'] as const) {
        const outcome = await tryToAsk(await setting().atCode(account), method);
        expect(codeOf(outcome), method).to.equal('resend_too_soon');
      }
      expect(await sent()).to.equal(5);
    });

    it('counts for the number too, over all accounts that share it', async () => {
      const eve = await someoneElse('eve@acme.test', PHONE);
      await inTurn(3, () => askedBy(account, 'sms'));
      await inTurn(2, () => askedBy(eve, 'sms'));
      for (const one of [account, eve]) {
        expect(codeOf(await tryToAsk(await setting().atCode(one), 'sms'))).to.equal('resend_too_soon');
      }
      // A refusal for the number does not count for the account: her mail still goes out three times.
      await inTurn(3, () => askedBy(eve, 'email'));
      expect(codeOf(await tryToAsk(await setting().atCode(eve), 'email'))).to.equal('resend_too_soon');
    });

    it('sends five of twenty at once over as many sign-ins [A21]', async () => {
      const contexts = await together(20, () => setting().atCode(account));
      const outcomes = await Promise.all(contexts.map((context) => tryToAsk(context, 'email')));
      expect(tally(outcomes.map(codeOf))).to.deep.equal({ ok: 5, resend_too_soon: 15 });
      expect(await sent()).to.equal(5);
    });

    it('is recorded, whether it was sent or not', async () => {
      await inTurn(6, async () => tryToAsk(await setting().atCode(account), 'email'));
      expect(tally(await setting().events())).to.deep.equal({
        'code.sent': 5,
        'code.refused resend_too_soon': 1,
      });
    });
  });

  describe('two clicks', () => {
    it('on the chooser send one code, at once or one after the other', async () => {
      const context = await setting().atCode(account);
      const both = await together(2, () => tryToAsk(context, 'email'));
      const [one, two] = both.map(acceptedBy);
      expect(one).to.deep.equal(two);
      if (one) acceptedBy(await tryToAsk(one, 'email'));
      expect(await sent()).to.equal(1);
      // One of five was used up, and not one for each click.
      await inTurn(4, () => askedBy(account, 'email'));
      expect(await sent()).to.equal(5);
    });

    it('on the button for another code send one, at once or one after the other', async () => {
      const context = await askedBy(account, 'email');
      const seen = seenBy(context, 'email');
      const [one, two] = (await together(2, () => tryToAsk(context, 'email', { seen }))).map(acceptedBy);
      expect(one).to.deep.equal(two);
      if (!one) throw new Error('nothing was sent');
      setting().clock.nextStep(1500);
      expect(acceptedBy(await tryToAsk(one, 'email', { seen }))).to.deep.equal(one);
      expect(await sent()).to.equal(2);
    });

    it('on a page without a code send one', async () => {
      const context = await setting().atCode(account);
      const one = acceptedBy(await tryToAsk(context, 'email', { seen: '' }));
      expect(acceptedBy(await tryToAsk(one, 'email', { seen: '' }))).to.deep.equal(one);
      expect(await sent()).to.equal(1);
    });

    it('send two codes when the second click is on the current page or later', async () => {
      const first = await askedBy(account, 'email');
      const second = acceptedBy(await resend(first, 'email'));
      const third = acceptedBy(await resend(second, 'email'));
      setting().clock.nextStep(2000);
      acceptedBy(await tryToAsk(third, 'email', { seen: seenBy(first, 'email') }));
      expect(await sent()).to.equal(4);
    });

    it('are refused when the sign-in has changed meanwhile', async () => {
      const context = await askedBy(account, 'email');
      await setting().stores.transactions.save({ ...context.transaction, later: true });
      expect(codeOf(await resend(context, 'email'))).to.equal('session_expired');
      expect(await sent()).to.equal(1);
    });
  });

  it('clears no failure when it is repeated [A22]', async () => {
    let context = await askedBy(account, 'email');
    const left: unknown[] = [];
    for (let times = 0; times < 4; times += 1) {
      const wrong = await setting().wrongSentCode(EMAIL);
      const refusal = refusalOf(await verify(context, 'email', wrong));
      left.push(refusal?.code === 'code_invalid' ? refusal.attemptsLeft : refusal?.code);
      context = acceptedBy(await resend(context, 'email'));
    }
    expect(left).to.deep.equal([4, 3, 2, 1]);
    const wrong = await setting().wrongSentCode(EMAIL);
    expect(refusalOf(await verify(context, 'email', wrong))).to.deep.include({ attemptsLeft: 0 });
    const right = await setting().sentCode(EMAIL);
    expect(refusalOf(await verify(context, 'email', right))).to.deep.equal({
      code: 'too_many_attempts',
      retryAt: null,
    });
    const lockout = await setting().stores.lockouts.read(secondFactorSubject(account.id));
    expect(lockout.failures).to.deep.equal({ email: 5 });
  });

  it('is refused for a locked account [D9]', async () => {
    await setting().stores.lockouts.lock(secondFactorSubject(account.id), NOW + 15 * MINUTE, 1, null);
    const retryAt = NOW + 15 * MINUTE;
    for (const method of ['email', 'sms'] as const) {
      const outcome = await tryToAsk(await setting().atCode(account), method);
      expect(refusalOf(outcome)).to.deep.equal({ code: 'too_many_attempts', retryAt });
    }
    expect(await sent()).to.equal(0);
    setting().clock.set(retryAt);
    acceptedBy(await tryToAsk(await setting().atCode(account), 'email'));
  });
});

describe('a code that the gateway refused', () => {
  let isDown = true;
  const taken: Message[] = [];
  const setting = freshSetting({
    tenants: TENANTS,
    sender: {
      async send(message) {
        if (isDown) throw new DeliveryFailed('the gateway is down');
        taken.push(message);
      },
    },
  });
  const { tryToAsk, resend, verify } = sendingIn(setting);
  const codeIn = (message: Message | undefined) => /\b\d{6}\b/.exec(message?.text ?? '')?.[0] ?? '';
  let account: Account;

  beforeEach(async () => {
    isDown = true;
    taken.length = 0;
    account = await setting().person({ ...REACHABLE, factors: FACTORS });
  });

  it('is reported without a wait, and another method stays usable [R19]', async () => {
    const context = await setting().atCode(account);
    expect(refusalOf(await tryToAsk(context, 'sms'))).to.deep.equal({ code: 'delivery_failed' });
    const stored = await setting().stores.transactions.find(context.transaction.uid, NOW);
    expect(stored?.challenges).to.deep.equal([]);
    expect(await setting().events()).to.deep.equal(['code.undelivered delivery_failed']);
    const later = { ...context, transaction: stored ?? context.transaction };
    expect(codeOf(await verify(later, 'totp', setting().code()))).to.equal('ok');
  });

  it('keeps the earlier code valid [R19]', async () => {
    isDown = false;
    const context = acceptedBy(await tryToAsk(await setting().atCode(account), 'sms'));
    isDown = true;
    expect(codeOf(await resend(context, 'sms'))).to.equal('delivery_failed');
    const stored = await setting().stores.transactions.find(context.transaction.uid, NOW);
    expect(stored?.challenges).to.deep.equal(context.transaction.challenges);
    const later = { ...context, transaction: stored ?? context.transaction };
    expect(codeOf(await verify(later, 'sms', codeIn(taken[0])))).to.equal('ok');
  });

  it('is counted, and repeated requests have to wait [R19]', async () => {
    const outcomes = await inTurn(6, async () => tryToAsk(await setting().atCode(account), 'sms'));
    expect(tally(outcomes.map(codeOf))).to.deep.equal({ delivery_failed: 5, resend_too_soon: 1 });
  });

  it('is never stored in clear, sent or not [A98]', async () => {
    isDown = false;
    const context = acceptedBy(await tryToAsk(await setting().atCode(account), 'sms'));
    const onDisk = setting().onDisk();
    expect(onDisk).to.include(context.transaction.uid).and.include(seenBy(context, 'sms'));
    expect(onDisk).not.to.include(codeIn(taken[0]));
    expect(onDisk).not.to.include(Buffer.from(codeIn(taken[0])).toString('base64'));
  });

  it('has an expiry, after which the sender drops it [R17]', async () => {
    isDown = false;
    acceptedBy(await tryToAsk(await setting().atCode(account), 'email'));
    expect(taken.map(({ to, expiresAt }) => [to, expiresAt])).to.deep.equal([[EMAIL, NOW + 90_000]]);
  });
});
