/**
 * A password alone binds no thief's phone: the mailed code that comes before the first factor (NIST SP 800-63B-4,
 * 4.1.2).
 */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { enrolmentStepOf } from '../../../src/domain/enrolment/steps.ts';
import { FROZEN } from '../../../src/domain/refusal.ts';
import { secondFactorSubject } from '../../../src/domain/sign-in/attempts.ts';
import { MINUTE, NOW } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import { EMAIL, PHONE } from '../second-factor/sending.ts';
import {
  acceptedBy,
  aTenant,
  codeOf,
  freshSetting,
  inTurn,
  refusalOf,
  SECRET,
  tally,
  withTotp,
} from '../setting.ts';
import { codeSetUp } from './code-enrolment.ts';

const REQUIRED = { enforcement: 'required', methods: ['totp', 'email', 'sms'] } as const;

describe('the confirmation before a first factor', () => {
  const setting = freshSetting({
    tenants: [aTenant('acme', { ...REQUIRED, setUpProof: 'email' }), aTenant('lax', REQUIRED)],
  });
  let account: Account;
  const { begin, tryToSend, send, confirm, view, methods, stored } = codeSetUp(setting, () => account);
  const step = async (at: Parameters<typeof enrolmentStepOf>[0]) =>
    enrolmentStepOf(at, await setting().evaluated(account));

  beforeEach(async () => {
    account = await setting().person();
  });

  for (const method of ['totp', 'sms', 'email'] as const) {
    it(`stops the enrolment of ${method} by a person who has only the password [A48]`, async () => {
      const transaction = await begin(method);
      expect(await step(transaction)).to.equal('proof');
      expect(setting().enrolment.reveal(transaction, await setting().evaluated(account))).to.equal(null);
      const own = method === 'totp' ? 'totp' : method;
      expect(codeOf(await confirm(transaction, own, '123456'))).to.equal('session_expired');
      if (own !== 'totp')
        expect(codeOf(await tryToSend(transaction, own, PHONE))).to.equal('session_expired');
      expect(await methods()).to.deep.equal([]);
      expect(await setting().outbox()).to.deep.equal([]);
    });
  }

  it('continues with the chosen method after a mailed code, and confirms the address [A48]', async () => {
    const transaction = await send(await begin('totp'), 'proof');
    expect(await view(transaction, 'proof')).to.deep.include({
      destination: 'b••••••@a••••••',
      isSent: true,
    });
    const proven = acceptedBy(await confirm(transaction, 'proof', await setting().sentCode(EMAIL)));
    expect(proven.isSetUpProven).to.equal(true);
    expect(proven.challenges).to.deep.equal([]);
    expect(await step(proven)).to.equal('totp');
    expect((await stored())?.emailConfirmed).to.equal(true);
    expect(await methods()).to.deep.equal([]);

    const secret = setting().enrolment.reveal(proven, await setting().evaluated(account))?.secret ?? '';
    const bound = acceptedBy(await confirm(proven, 'totp', setting().code(0, secret)));
    expect(bound.authentications.map((authentication) => authentication.method)).to.deep.equal([
      'pwd',
      'totp',
    ]);
    expect(await methods()).to.have.members(['totp', 'recovery']);
    expect(await setting().events()).to.deep.equal([
      'code.sent',
      'contact.confirmed',
      'set_up.proven',
      'enrolment.created',
      'recovery.created',
    ]);
    // Codes that are sent are held against those that are entered, by the way they went.
    const [authentication] = (await setting().stores.audit.list({ limit: 10 })).filter(
      ({ event }) => event === 'set_up.proven',
    );
    expect(authentication?.method).to.equal('email');
    expect(setting().told).to.deep.equal([{ accountId: account.id, topic: 'factor-added', method: 'totp' }]);
  });

  it('enrols codes by mail at once, without a second code [A48]', async () => {
    const transaction = await send(await begin('email'), 'proof');
    const bound = acceptedBy(await confirm(transaction, 'proof', await setting().sentCode(EMAIL)));
    expect(bound.authentications.map((authentication) => authentication.method)).to.deep.equal([
      'pwd',
      'email',
    ]);
    expect(await methods()).to.have.members(['email', 'recovery']);
    expect(await step(bound)).to.equal('recovery-codes');
    expect(await setting().outbox()).to.have.length(1);
    const { decision } = await setting().evaluated(account, { authentications: bound.authentications });
    expect(decision).to.deep.equal({ kind: 'satisfied', onGrace: false });
  });

  it('goes to the address of the account, with a link that confirms an unconfirmed address', async () => {
    await send(await begin('totp'), 'proof');
    const [mail] = await setting().outbox();
    expect(mail).to.include({ channel: 'email', to: EMAIL });
    expect(mail?.text).to.include(`http://localhost:3000/confirm/${account.id}`);

    account = await setting().person({ email: 'ann@acme.test', emailConfirmed: true });
    await send(await begin('totp'), 'proof');
    const [other] = await setting().outbox();
    expect(other?.to).to.equal('ann@acme.test');
    expect(other?.text).not.to.include('/confirm/');
  });

  it('is skipped where the tenant requires none', async () => {
    account = await setting().person({ tenantId: 'lax', email: 'bob@lax.test' });
    const transaction = await begin('totp');
    expect(await step(transaction)).to.equal('totp');
    expect(codeOf(await tryToSend(transaction, 'proof'))).to.equal('session_expired');
    const secret = setting().enrolment.reveal(transaction, await setting().evaluated(account))?.secret ?? '';
    acceptedBy(await confirm(transaction, 'totp', setting().code(0, secret)));
    expect(await setting().outbox()).to.deep.equal([]);
    expect((await stored())?.emailConfirmed).to.equal(false);
  });

  it('is skipped before a further factor', async () => {
    account = await setting().person({ email: 'ann@acme.test', ...withTotp });
    expect(await step(await begin('sms'))).to.equal('sms');
    expect(await step(await begin('email'))).to.equal('email');
  });

  it('is required once per sign-in, whatever is chosen', async () => {
    const transaction = await send(await begin('totp'), 'proof');
    const proven = acceptedBy(await confirm(transaction, 'proof', await setting().sentCode(EMAIL)));
    expect(await step(await begin('sms', proven))).to.equal('sms');
    expect(await step(await begin('totp'))).to.equal('proof');
  });

  it('is required again when all factors were removed [A58]', async () => {
    account = await setting().person({ email: 'ann@acme.test', ...withTotp });
    const transaction = await begin('totp');
    expect(await step(transaction)).to.equal('totp');
    const [old] = await setting().stores.enrolments.listByAccount(account.id);
    await setting().stores.enrolments.remove(account.id, old?.id ?? '');
    expect(await step(transaction)).to.equal('proof');
    expect(setting().enrolment.reveal(transaction, await setting().evaluated(account))).to.equal(null);
    expect(codeOf(await confirm(transaction, 'totp', setting().code(0, SECRET)))).to.equal('session_expired');
  });

  describe('its code', () => {
    it('expires after 90 seconds, and another one is sent [2.8]', async () => {
      const transaction = await send(await begin('totp'), 'proof');
      const code = await setting().sentCode(EMAIL);
      setting().clock.nextStep(90_000);
      expect(await view(transaction, 'proof')).to.include({ expiresAt: null, isSent: true });
      expect(refusalOf(await confirm(transaction, 'proof', code))).to.deep.equal({ code: 'code_expired' });
      const again = await send(transaction, 'proof');
      expect(codeOf(await confirm(again, 'proof', await setting().sentCode(EMAIL)))).to.equal('ok');
    });

    it('is valid for this sign-in and this purpose only [A39]', async () => {
      const mine = await send(await begin('totp'), 'proof');
      const code = await setting().sentCode(EMAIL);
      const other = await send(await begin('totp'), 'proof');
      const newest = await setting().sentCode(EMAIL);
      if (code !== newest) expect(codeOf(await confirm(other, 'proof', code))).to.equal('code_invalid');
      expect(codeOf(await confirm(mine, 'proof', code))).to.equal('ok');
      const app = await setting().person({ email: 'app@acme.test', ...withTotp });
      account = app;
      const email = await begin('email');
      expect(codeOf(await tryToSend(email, 'proof'))).to.equal('session_expired');
    });

    it('is accepted once [A37]', async () => {
      const transaction = await send(await begin('totp'), 'proof');
      const code = await setting().sentCode(EMAIL);
      const proven = acceptedBy(await confirm(transaction, 'proof', code));
      expect(codeOf(await confirm(proven, 'proof', code))).to.equal('session_expired');
      const later = await begin('totp');
      expect(codeOf(await confirm(later, 'proof', code))).to.equal('code_expired');
    });

    it('enrols one factor after fifty simultaneous clicks [A41]', async () => {
      const transaction = await send(await begin('email'), 'proof');
      const code = await setting().sentCode(EMAIL);
      const outcomes = await together(50, () => confirm(transaction, 'proof', code));
      const ends = outcomes.flatMap((outcome) => (outcome.ok ? [JSON.stringify(outcome.value)] : []));
      expect(new Set(ends).size).to.equal(1);
      expect(tally(await methods())).to.deep.equal({ email: 1, recovery: 1 });
      expect(tally(await setting().events())['enrolment.created']).to.equal(1);
    });

    it('allows five attempts in one sign-in and ten in 15 minutes, and then locks the account [A19 A48]', async () => {
      let transaction = await send(await begin('totp'), 'proof');
      const refusals = await inTurn(11, async (index) => {
        if (index === 5) transaction = await send(await begin('totp'), 'proof');
        return refusalOf(await confirm(transaction, 'proof', await setting().wrongSentCode(EMAIL)));
      });
      expect(
        refusals.slice(0, 5).map((each) => each?.code === 'code_invalid' && each.attemptsLeft),
      ).to.deep.equal([4, 3, 2, 1, 0]);
      const locked = { code: 'too_many_attempts', retryAt: NOW + 15 * MINUTE };
      expect(refusals.slice(9)).to.deep.equal([locked, locked]);
      expect(refusalOf(await confirm(transaction, 'proof', await setting().sentCode(EMAIL)))).to.deep.equal(
        locked,
      );
      expect(refusalOf(await tryToSend(transaction, 'proof'))).to.deep.equal(locked);
      const { failures } = await setting().stores.lockouts.read(secondFactorSubject(account.id));
      expect(failures).to.deep.equal({ email: 10 });
      expect(await methods()).to.deep.equal([]);
      expect(tally(await setting().events())).to.deep.equal({
        'code.sent': 2,
        'second_factor.refused code_invalid': 9,
        'second_factor.locked too_many_attempts': 1,
        // The eleventh, and the right one.
        'second_factor.refused too_many_attempts': 2,
        'code.refused too_many_attempts': 1,
      });
    });

    it('causes an audit event when it is late, or was never sent [A48]', async () => {
      const transaction = await begin('totp');
      await confirm(transaction, 'proof', '123456');
      const asked = await send(transaction, 'proof');
      setting().clock.nextStep(90_000);
      await confirm(asked, 'proof', await setting().sentCode(EMAIL));
      expect(await setting().events()).to.deep.equal([
        'second_factor.refused code_expired',
        'code.sent',
        'second_factor.refused code_expired',
      ]);
    });

    it('allows no further attempts when it is sent again [A22]', async () => {
      let transaction = await send(await begin('totp'), 'proof');
      await inTurn(4, async () => confirm(transaction, 'proof', await setting().wrongSentCode(EMAIL)));
      transaction = await send(transaction, 'proof');
      expect(
        refusalOf(await confirm(transaction, 'proof', await setting().wrongSentCode(EMAIL))),
      ).to.deep.include({ attemptsLeft: 0 });
      expect(refusalOf(await confirm(transaction, 'proof', await setting().sentCode(EMAIL)))).to.deep.equal({
        code: 'too_many_attempts',
        retryAt: null,
      });
    });

    it('is sent five times in ten minutes, over all sign-ins', async () => {
      await inTurn(5, async () => send(await begin('totp'), 'proof'));
      const refusal = refusalOf(await tryToSend(await begin('totp'), 'proof'));
      expect(refusal).to.deep.equal({ code: 'resend_too_soon', retryAt: NOW + 10 * MINUTE });
      expect(await setting().outbox()).to.have.length(5);
    });
  });

  describe('a frozen account', () => {
    it('starts no enrolment, and confirms none that was started before', async () => {
      const transaction = await send(await begin('email'), 'proof');
      const code = await setting().sentCode(EMAIL);
      await setting().stores.accounts.setFrozen(account.id, NOW);
      expect(codeOf(await confirm(transaction, 'proof', code))).to.equal('forbidden');
      const fresh = await setting().begun(account);
      const outcome = await setting().enrolment.begin(fresh, await setting().evaluated(account), 'totp');
      expect(refusalOf(outcome)).to.deep.equal(FROZEN);
      expect(await methods()).to.deep.equal([]);
      await setting().stores.accounts.setFrozen(account.id, null);
      expect(codeOf(await confirm(transaction, 'proof', code))).to.equal('ok');
    });
  });
});
