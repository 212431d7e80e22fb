/** A code by mail or by SMS at sign-in: which is good, for what, and for how long. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { acrOf, amrOf } from '../../../src/domain/policy/assurance.ts';
import { NO_DEMAND } from '../../../src/domain/policy/policy.ts';
import type { OutboxMessage } from '../../../src/ports/stores.ts';
import { MINUTE, NOW } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import { acceptedBy, aTenant, codeOf, freshSetting, refusalOf, SECRET, tally } from '../setting.ts';
import { LIFETIME } from '../wiring.ts';
import { EMAIL, PHONE, REACHABLE, sendingIn } from './sending.ts';

const TENANTS = [aTenant('acme', { enforcement: 'required', methods: ['totp', 'email', 'sms'] })];
const FACTORS = [{ method: 'email' }, { method: 'sms' }, { method: 'totp', secret: SECRET }] as const;

describe('a code that is sent', () => {
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
    it(`2.7 3.3 A76 by ${method} signs in, once, and says ${acr}`, async () => {
      const at = await askedBy(account, method);
      expect(at.progress.challenges).to.have.length(1);
      expect(at.progress.challenges[0]).to.deep.include({ method, purpose: 'sign-in', sentAt: NOW });
      const after = acceptedBy(await verify(at, method, await setting().sentCode(to)));
      expect(after.challenges).to.deep.equal([]);
      expect(after.proofs.map((proof) => proof.method)).to.deep.equal(['pwd', method]);
      expect([acrOf(after.proofs), amrOf(after.proofs)]).to.deep.equal([acr, amr]);
      expect(await setting().stores.progress.find(after.uid, NOW)).to.deep.equal(after);
      expect(await setting().events()).to.deep.equal(['code.sent', 'second_factor.accepted']);
    });
  }

  it('2.8 goes to the one place that was set up, and says how long it is good', async () => {
    const mail = await askedBy(account, 'email');
    const text = await askedBy(account, 'sms');
    const messages: OutboxMessage[] = await setting().outbox();
    expect(messages.map(({ channel, to }) => [channel, to])).to.deep.equal([
      ['sms', PHONE],
      ['email', EMAIL],
    ]);
    for (const { text: words } of messages) expect(words).to.include('90 seconds');
    expect(messages[0]?.text).to.match(/\n@localhost #\d{6}$/);
    for (const [at, method] of [
      [mail, 'email'],
      [text, 'sms'],
    ] as const) {
      const judgement = await setting().judged(account);
      const { destination, expiresAt } = setting().secondFactor.sentBy(at.progress, judgement, method) ?? {};
      expect(destination).to.equal({ email: 'b••••••@a••••••', sms: '••••••78' }[method]);
      expect(expiresAt).to.equal(NOW + 90_000);
    }
  });

  it('2.8 works for 90 seconds, and is expired then', async () => {
    const early = await askedBy(account, 'email');
    const first = await setting().sentCode(EMAIL);
    setting().clock.advance(LIFETIME * 1000 - 1);
    expect(codeOf(await verify(early, 'email', first))).to.equal('ok');

    const late = await askedBy(account, 'email');
    const second = await setting().sentCode(EMAIL);
    setting().clock.advance(LIFETIME * 1000);
    expect(refusalOf(await verify(late, 'email', second))).to.deep.equal({ code: 'code_expired' });
    const judgement = await setting().judged(account);
    expect(setting().secondFactor.sentBy(late.progress, judgement, 'email')?.expiresAt).to.equal(null);
  });

  it('is asked for anew where none was sent, and counted as wrong', async () => {
    const at = await setting().atCode(account);
    expect(codeOf(await verify(at, 'email', '123456'))).to.equal('code_expired');
    expect(await setting().events()).to.deep.equal(['second_factor.refused code_expired']);
  });

  it('A26 forgives spaces alone', async () => {
    const at = await askedBy(account, 'email');
    const code = await setting().sentCode(EMAIL);
    for (const typed of ['', code.slice(0, 5), `${code}0`, `${code}\u0000`]) {
      expect(codeOf(await verify(at, 'email', typed)), JSON.stringify(typed)).to.equal('code_invalid');
    }
    expect(codeOf(await verify(at, 'email', ` ${code.slice(0, 3)} ${code.slice(3)} `))).to.equal('ok');
  });

  it('A38 is good while it is the newest, and the one before is wrong', async () => {
    const first = await askedBy(account, 'email');
    const before = await setting().sentCode(EMAIL);
    setting().clock.advance(5000);
    const second = acceptedBy(await resend(first, 'email'));
    const newest = await setting().sentCode(EMAIL);
    expect(await sent()).to.equal(2);
    expect(codeOf(await verify(second, 'email', before))).to.equal(before === newest ? 'ok' : 'code_invalid');
    expect(codeOf(await verify(second, 'email', newest))).to.equal('ok');
  });

  it('A38 of two pages at once the one with the older code loses', async () => {
    const first = await askedBy(account, 'email');
    const before = await setting().sentCode(EMAIL);
    setting().clock.advance(5000);
    acceptedBy(await resend(first, 'email'));
    // The request that brings it was read before the other one was sent.
    expect(refusalOf(await verify(first, 'email', before))).to.deep.equal({ code: 'code_expired' });
  });

  it('A37 is used up by its sign-in, for good', async () => {
    const at = await askedBy(account, 'email');
    const code = await setting().sentCode(EMAIL);
    const progress = acceptedBy(await verify(at, 'email', code));
    const asksAgain = { ...at, progress, demand: { ...NO_DEMAND, freshMs: 1 } };
    setting().clock.advance(10);
    expect(codeOf(await verify(asksAgain, 'email', code))).to.equal('code_expired');
    expect(codeOf(await verify(await setting().atCode(account), 'email', code))).to.equal('code_expired');
    setting().clock.advance(10 * MINUTE + 1000);
    expect(codeOf(await verify(asksAgain, 'email', code))).to.equal('code_expired');
  });

  it('A41 is accepted once of fifty at once, and noted once', async () => {
    const at = await askedBy(account, 'sms');
    const code = await setting().sentCode(PHONE);
    const outcomes = await together(50, () => verify(at, 'sms', code));
    const accepted = outcomes.flatMap((outcome) => (outcome.ok ? [JSON.stringify(outcome.value)] : []));
    // Clicks of one page find that it was done, each with the same sign-in.
    expect(new Set(accepted).size).to.equal(1);
    const stored = await setting().stores.progress.find(at.progress.uid, NOW);
    expect(stored?.proofs).to.have.length(2);
    expect(tally(await setting().events())['second_factor.accepted']).to.equal(1);
  });

  describe('A39 is bound', () => {
    it('to its sign-in: that of one opens no other, whoever asked', async () => {
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
      const at = await askedBy(account, 'email');
      const mine = await setting().sentCode(EMAIL);
      if (theirs !== mine) expect(codeOf(await verify(at, 'email', theirs))).to.equal('code_invalid');
    });

    it('to its method', async () => {
      const at = await ask(await askedBy(account, 'email'), 'sms');
      const [mailed, texted] = [await setting().sentCode(EMAIL), await setting().sentCode(PHONE)];
      if (mailed !== texted) {
        expect(codeOf(await verify(at, 'sms', mailed))).to.equal('code_invalid');
        expect(codeOf(await verify(at, 'email', texted))).to.equal('code_invalid');
      }
      expect(codeOf(await verify(at, 'email', mailed))).to.equal('ok');
    });

    it('to the number that was set up: with another one the factor is none any more', async () => {
      const at = await askedBy(account, 'sms');
      const code = await setting().sentCode(PHONE);
      await setting().stores.accounts.setPhone(account.id, '+31687654321');
      expect(codeOf(await verify(at, 'sms', code))).to.equal('method_not_allowed');
      expect(codeOf(await tryToAsk(at, 'sms'))).to.equal('method_not_allowed');
      expect(await sent()).to.equal(1);
      await setting().stores.accounts.setPhone(account.id, PHONE);
      expect(codeOf(await verify(at, 'sms', code))).to.equal('ok');
    });

    it('to what it is for: a code of a set-up opens no sign-in', async () => {
      const { enrolment, judged, begun } = setting();
      const from = { address: '192.0.2.7', clientId: 'rp', phone: null, seen: null };
      const proofs = [{ method: 'pwd', enrolmentId: null, at: NOW }] as const;
      const at = await begun(account, { proofs });
      const set = acceptedBy(await enrolment.begin(at, await judged(account), 'email'));
      const progress = acceptedBy(await enrolment.send(set, await judged(account), 'email', from));
      const standing = { ...(await setting().atCode(account)), progress };
      const code = await setting().sentCode(EMAIL);
      expect(codeOf(await verify(standing, 'email', code))).to.equal('code_expired');
      const both = await ask(standing, 'email');
      const newest = await setting().sentCode(EMAIL);
      if (code !== newest) expect(codeOf(await verify(both, 'email', code))).to.equal('code_invalid');
    });
  });

  describe('A105 is not sent', () => {
    it('by a method that is not set up', async () => {
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

    it('by one that is too weak for what was asked', async () => {
      const demand = { ...NO_DEMAND, acrs: ['https://refeds.org/profile/mfa'] as const };
      const at = { ...(await setting().atCode(account)), demand };
      expect(codeOf(await tryToAsk(at, 'email'))).to.equal('method_not_allowed');
      expect(await sent()).to.equal(0);
      acceptedBy(await tryToAsk(at, 'sms'));
      expect(await sent()).to.equal(1);
    });

    it('2.2 to an address that is not confirmed', async () => {
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
      const at = {
        ...(await setting().atCode(account)),
        progress: await setting().begun(account, { proofs: [] }),
      };
      for (const method of ['email', 'sms'] as const) {
        expect(codeOf(await tryToAsk(at, method))).to.equal('method_not_allowed');
      }
      expect(await sent()).to.equal(0);
    });
  });

  it('A98 lies nowhere in clear', async () => {
    const at = await askedBy(account, 'email');
    const code = await setting().sentCode(EMAIL);
    const stored = await setting().stores.progress.find(at.progress.uid, NOW);
    expect(JSON.stringify(stored)).not.to.include(code);
    expect(JSON.stringify(await setting().stores.audit.list({ limit: 10 }))).not.to.include(code);
  });
});

describe('a code that is sent, where the tenant has forbidden its method since', () => {
  const setting = freshSetting({ tenants: [aTenant('acme', { methods: ['totp'] })] });
  const { tryToAsk, sent } = sendingIn(setting);

  it('A105 is not sent', async () => {
    const account = await setting().person({ ...REACHABLE, factors: FACTORS });
    for (const method of ['email', 'sms'] as const) {
      expect(codeOf(await tryToAsk(await setting().atCode(account), method))).to.equal('method_not_allowed');
    }
    expect(await sent()).to.equal(0);
  });
});
