/** A code by mail or by SMS at sign-in: which is good, for what, and for how long. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { acrOf, amrOf } from '../../../src/domain/policy/assurance.ts';
import { NO_ASSURANCE_REQUESTED } from '../../../src/domain/policy/policy.ts';
import type { OutboxMessage } from '../../../src/ports/senders.ts';
import { MINUTE, NOW } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import { acceptedBy, aTenant, codeOf, freshSetting, refusalOf, SECRET, tally } from '../setting.ts';
import { LIFETIME } from '../wiring.ts';
import { EMAIL, PHONE, REACHABLE, sendingIn } from './sending.ts';

const TENANTS = [aTenant('acme', { enforcement: 'required', methods: ['totp', 'email', 'sms'] })];
const FACTORS = [{ method: 'email' }, { method: 'sms' }, { method: 'totp', secret: SECRET }] as const;

describe('a sent code', () => {
  const setting = freshSetting({ tenants: TENANTS });
  const { ask, tryToAsk, resend, askedBy, verify, sent } = sendingIn(setting);
  let account: Account;

  beforeEach(async () => {
    account = await setting().person({ ...REACHABLE, factors: FACTORS });
  });

  const reached = {
    email: { to: EMAIL, acr: 'urn:doublelock:acr:two-step', amr: ['pwd', 'email'] },
    sms: { to: PHONE, acr: 'https://refeds.org/profile/mfa', amr: ['pwd', 'sms', 'mfa'] },
  } as const;
  for (const [method, { to, acr, amr }] of Object.entries(reached) as [
    'email' | 'sms',
    (typeof reached)['sms'],
  ][]) {
    it(`by ${method} signs in once with ${acr} [2.7 3.3 A76]`, async () => {
      const context = await askedBy(account, method);
      expect(context.transaction.challenges).to.have.length(1);
      expect(context.transaction.challenges[0]).to.deep.include({ method, purpose: 'sign-in', sentAt: NOW });
      const after = acceptedBy(await verify(context, method, await setting().sentCode(to)));
      expect(after.challenges).to.deep.equal([]);
      expect(after.authentications.map((authentication) => authentication.method)).to.deep.equal([
        'pwd',
        method,
      ]);
      expect([acrOf(after.authentications), amrOf(after.authentications)]).to.deep.equal([acr, amr]);
      expect(await setting().stores.transactions.find(after.uid, NOW)).to.deep.equal(after);
      expect(await setting().events()).to.deep.equal(['code.sent', 'second_factor.accepted']);
    });
  }

  it('goes to the enrolled contact only, with its lifetime [2.8]', async () => {
    const mail = await askedBy(account, 'email');
    const text = await askedBy(account, 'sms');
    const messages: OutboxMessage[] = await setting().outbox();
    expect(messages.map(({ channel, to }) => [channel, to])).to.deep.equal([
      ['sms', PHONE],
      ['email', EMAIL],
    ]);
    for (const { text: words } of messages) expect(words).to.include('90 seconds');
    expect(messages[0]?.text).to.match(/\n@localhost #\d{6}$/);
    for (const [context, method] of [
      [mail, 'email'],
      [text, 'sms'],
    ] as const) {
      const policyResult = await setting().evaluated(account);
      const { destination, expiresAt } =
        setting().secondFactor.sentBy(context.transaction, policyResult, method) ?? {};
      expect(destination).to.equal({ email: 'b••••••@a••••••', sms: '••••••78' }[method]);
      expect(expiresAt).to.equal(NOW + 90_000);
    }
  });

  it('works for 90 seconds, and then expires [2.8]', async () => {
    const early = await askedBy(account, 'email');
    const first = await setting().sentCode(EMAIL);
    setting().clock.nextStep(LIFETIME * 1000 - 1);
    expect(codeOf(await verify(early, 'email', first))).to.equal('ok');

    const late = await askedBy(account, 'email');
    const second = await setting().sentCode(EMAIL);
    setting().clock.nextStep(LIFETIME * 1000);
    expect(refusalOf(await verify(late, 'email', second))).to.deep.equal({ code: 'code_expired' });
    const policyResult = await setting().evaluated(account);
    expect(setting().secondFactor.sentBy(late.transaction, policyResult, 'email')?.expiresAt).to.equal(null);
  });

  it('counts as wrong where none was sent, and has to be requested', async () => {
    const context = await setting().atCode(account);
    expect(codeOf(await verify(context, 'email', '123456'))).to.equal('code_expired');
    expect(await setting().events()).to.deep.equal(['second_factor.refused code_expired']);
  });

  it('may contain spaces, and nothing else [A26]', async () => {
    const context = await askedBy(account, 'email');
    const code = await setting().sentCode(EMAIL);
    for (const typed of ['', code.slice(0, 5), `${code}0`, `${code}\u0000`]) {
      expect(codeOf(await verify(context, 'email', typed)), JSON.stringify(typed)).to.equal('code_invalid');
    }
    expect(codeOf(await verify(context, 'email', ` ${code.slice(0, 3)} ${code.slice(3)} `))).to.equal('ok');
  });

  it('is valid while it is the newest [A38]', async () => {
    const first = await askedBy(account, 'email');
    const before = await setting().sentCode(EMAIL);
    setting().clock.nextStep(5000);
    const second = acceptedBy(await resend(first, 'email'));
    const newest = await setting().sentCode(EMAIL);
    expect(await sent()).to.equal(2);
    expect(codeOf(await verify(second, 'email', before))).to.equal(before === newest ? 'ok' : 'code_invalid');
    expect(codeOf(await verify(second, 'email', newest))).to.equal('ok');
  });

  it('is refused when a page sends an older one at the same time as the newest [A38]', async () => {
    const first = await askedBy(account, 'email');
    const before = await setting().sentCode(EMAIL);
    setting().clock.nextStep(5000);
    acceptedBy(await resend(first, 'email'));
    // The request that brings it was read before the other one was sent.
    expect(refusalOf(await verify(first, 'email', before))).to.deep.equal({ code: 'code_expired' });
  });

  it('is used up by its sign-in for ever [A37]', async () => {
    const context = await askedBy(account, 'email');
    const code = await setting().sentCode(EMAIL);
    const transaction = acceptedBy(await verify(context, 'email', code));
    const asksAgain = { ...context, transaction, requested: { ...NO_ASSURANCE_REQUESTED, freshMs: 1 } };
    setting().clock.nextStep(10);
    expect(codeOf(await verify(asksAgain, 'email', code))).to.equal('code_expired');
    expect(codeOf(await verify(await setting().atCode(account), 'email', code))).to.equal('code_expired');
    setting().clock.nextStep(10 * MINUTE + 1000);
    expect(codeOf(await verify(asksAgain, 'email', code))).to.equal('code_expired');
  });

  it('is accepted once of fifty at once, and recorded once [A41]', async () => {
    const context = await askedBy(account, 'sms');
    const code = await setting().sentCode(PHONE);
    const outcomes = await together(50, () => verify(context, 'sms', code));
    const accepted = outcomes.flatMap((outcome) => (outcome.ok ? [JSON.stringify(outcome.value)] : []));
    // Clicks of one page find that it was done, each with the same sign-in.
    expect(new Set(accepted).size).to.equal(1);
    const stored = await setting().stores.transactions.find(context.transaction.uid, NOW);
    expect(stored?.authentications).to.have.length(2);
    expect(tally(await setting().events())['second_factor.accepted']).to.equal(1);
  });

  describe('is bound [A39]', () => {
    it('to its sign-in, and is refused in every other', async () => {
      const mine = await askedBy(account, 'email');
      const code = await setting().sentCode(EMAIL);
      const other = await askedBy(account, 'email');
      const newest = await setting().sentCode(EMAIL);
      if (code !== newest) expect(codeOf(await verify(other, 'email', code))).to.equal('code_invalid');
      expect(codeOf(await verify(mine, 'email', code))).to.equal('ok');
    });

    it('to its account', async () => {
      const eve = await setting().person({ ...REACHABLE, email: 'eve@acme.test', factors: FACTORS });
      await askedBy(eve, 'email');
      const theirs = await setting().sentCode('eve@acme.test');
      const context = await askedBy(account, 'email');
      const mine = await setting().sentCode(EMAIL);
      if (theirs !== mine) expect(codeOf(await verify(context, 'email', theirs))).to.equal('code_invalid');
    });

    it('to its method', async () => {
      const context = await ask(await askedBy(account, 'email'), 'sms');
      const [mailed, texted] = [await setting().sentCode(EMAIL), await setting().sentCode(PHONE)];
      if (mailed !== texted) {
        expect(codeOf(await verify(context, 'sms', mailed))).to.equal('code_invalid');
        expect(codeOf(await verify(context, 'email', texted))).to.equal('code_invalid');
      }
      expect(codeOf(await verify(context, 'email', mailed))).to.equal('ok');
    });

    it('to the enrolled number, and is refused after a change of number', async () => {
      const context = await askedBy(account, 'sms');
      const code = await setting().sentCode(PHONE);
      await setting().stores.accounts.setPhone(account.id, '+31687654321', NOW);
      expect(codeOf(await verify(context, 'sms', code))).to.equal('method_not_allowed');
      expect(codeOf(await tryToAsk(context, 'sms'))).to.equal('method_not_allowed');
      expect(await sent()).to.equal(1);
      await setting().stores.accounts.setPhone(account.id, PHONE, NOW);
      expect(codeOf(await verify(context, 'sms', code))).to.equal('ok');
    });

    it('to its purpose: an enrolment code is refused at a sign-in', async () => {
      const { enrolment, evaluated, begun } = setting();
      const from = { ip: '192.0.2.7', clientId: 'rp', phone: null, seen: null, locale: 'en' } as const;
      const authentications = [{ method: 'pwd', enrolmentId: null, atMs: NOW }] as const;
      const first = await begun(account, { authentications });
      const set = acceptedBy(await enrolment.begin(first, await evaluated(account), 'email'));
      const transaction = acceptedBy(await enrolment.send(set, await evaluated(account), 'email', from));
      const context = { ...(await setting().atCode(account)), transaction };
      const code = await setting().sentCode(EMAIL);
      expect(codeOf(await verify(context, 'email', code))).to.equal('code_expired');
      const both = await ask(context, 'email');
      const newest = await setting().sentCode(EMAIL);
      if (code !== newest) expect(codeOf(await verify(both, 'email', code))).to.equal('code_invalid');
    });
  });

  describe('is not sent [A105]', () => {
    it('by a method that is not enrolled', async () => {
      const app = await setting().person({
        ...REACHABLE,
        email: 'app@acme.test',
        factors: [{ method: 'totp', secret: SECRET }],
      });
      for (const method of ['email', 'sms'] as const) {
        const outcome = await tryToAsk(await setting().atCode(app), method);
        expect(refusalOf(outcome), method).to.deep.equal({ code: 'method_not_allowed' });
      }
      expect(await sent()).to.equal(0);
    });

    it('by one that is too weak for the requested level', async () => {
      const requested = { ...NO_ASSURANCE_REQUESTED, acrs: ['https://refeds.org/profile/mfa'] as const };
      const context = { ...(await setting().atCode(account)), requested };
      expect(codeOf(await tryToAsk(context, 'email'))).to.equal('method_not_allowed');
      expect(await sent()).to.equal(0);
      acceptedBy(await tryToAsk(context, 'sms'));
      expect(await sent()).to.equal(1);
    });

    it('to an address that is not confirmed [2.2]', async () => {
      const ann = await setting().person({
        ...REACHABLE,
        email: 'ann@acme.test',
        emailConfirmed: false,
        factors: FACTORS,
      });
      expect(codeOf(await tryToAsk(await setting().atCode(ann), 'email'))).to.equal('method_not_allowed');
      expect(await sent()).to.equal(0);
    });

    it('before the password', async () => {
      const context = {
        ...(await setting().atCode(account)),
        transaction: await setting().begun(account, { authentications: [] }),
      };
      for (const method of ['email', 'sms'] as const) {
        expect(codeOf(await tryToAsk(context, method))).to.equal('method_not_allowed');
      }
      expect(await sent()).to.equal(0);
    });
  });

  it('is never stored in clear [A98]', async () => {
    const context = await askedBy(account, 'email');
    const code = await setting().sentCode(EMAIL);
    const stored = await setting().stores.transactions.find(context.transaction.uid, NOW);
    expect(JSON.stringify(stored)).not.to.include(code);
    expect(JSON.stringify(await setting().stores.audit.list({ limit: 10 }))).not.to.include(code);
  });
});

describe('a sent code of a method that the tenant has forbidden since', () => {
  const setting = freshSetting({ tenants: [aTenant('acme', { methods: ['totp'] })] });
  const { tryToAsk, sent } = sendingIn(setting);

  it('is not sent [A105]', async () => {
    const account = await setting().person({ ...REACHABLE, factors: FACTORS });
    for (const method of ['email', 'sms'] as const) {
      expect(codeOf(await tryToAsk(await setting().atCode(account), method))).to.equal('method_not_allowed');
    }
    expect(await sent()).to.equal(0);
  });
});
