/** A code at sign-in: which is accepted, what comes of it, and what is said of the others. */
import { expect } from 'chai';
import { type Enrolment, enrolmentPurpose } from '../../../src/domain/enrolment/enrolment.ts';
import type { MethodName } from '../../../src/domain/methods/method.ts';
import { secondFactorSubject } from '../../../src/domain/sign-in/attempts.ts';
import { anEnrolment, MINUTE, NOW } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import {
  acceptedBy,
  aTenant,
  cipher,
  codeOf,
  freshSetting,
  NETWORK,
  PERIOD,
  refusalOf,
  SECRET,
  typing,
  withTotp,
} from '../setting.ts';

const OTHER = 'NXUDEDWYJLU4KT2NCK3K42UBFT6AJJ2V';

describe('a second-factor code', () => {
  const setting = freshSetting({ tenants: [aTenant('acme', { enforcement: 'required', graceDays: 7 })] });

  async function app() {
    const account = await setting().person(withTotp);
    const [enrolment] = await setting().stores.enrolments.listByAccount(account.id);
    if (!enrolment) throw new Error('no factor');
    return { account, enrolment, context: await setting().atCode(account) };
  }

  it('is accepted, recorded as an authentication event, and used up [0.4]', async () => {
    const { account, enrolment, context } = await app();
    const after = acceptedBy(
      await setting().secondFactor.verifyCode(context, 'totp', typing(setting().code())),
    );
    const authentication = { method: 'totp', enrolmentId: enrolment.id, atMs: NOW } as const;
    expect(after).to.deep.equal({
      ...context.transaction,
      authentications: [...context.transaction.authentications, authentication],
      version: 2,
    });
    expect(await setting().stores.transactions.find(after.uid, NOW)).to.deep.equal(after);
    const [stored] = await setting().stores.enrolments.listByAccount(account.id);
    expect(stored?.lastStep).to.equal(Math.floor(NOW / PERIOD));
    const [event] = await setting().stores.audit.list({ limit: 10 });
    expect(event).to.include({
      event: 'second_factor.accepted',
      accountId: account.id,
      tenantId: 'acme',
      clientId: 'rp',
      method: 'totp',
      reason: null,
      ip: NETWORK,
    });
    const policyResult = await setting().secondFactor.evaluate({ ...context, transaction: after });
    expect(policyResult?.decision).to.deep.equal({ kind: 'satisfied', onGrace: false });
  });

  it('is refused before the password, and not used up [A9]', async () => {
    const { account, context } = await app();
    const early = { ...context, transaction: await setting().begun(account, { authentications: [] }) };
    const code = setting().code();
    expect(codeOf(await setting().secondFactor.verifyCode(early, 'totp', typing(code)))).to.equal(
      'method_not_allowed',
    );
    for (let times = 0; times < 12; times += 1)
      await setting().secondFactor.verifyCode(early, 'totp', typing('000000'));
    expect(codeOf(await setting().secondFactor.verifyCode(context, 'totp', typing(code)))).to.equal('ok');
  });

  for (const method of ['email', 'sms', 'recovery', 'passkey', '__proto__', 'constructor', 'none', '']) {
    it(`is not taken by "${method}", which is not set up, and nothing is counted [A105]`, async () => {
      const { account, context } = await app();
      const outcome = await setting().secondFactor.verifyCode(
        context,
        method as MethodName,
        typing(setting().code()),
      );
      expect(refusalOf(outcome)).to.deep.equal({ code: 'method_not_allowed' });
      expect((await setting().stores.lockouts.read(`second-factor:${account.id}`)).failures).to.deep.equal(
        {},
      );
    });
  }

  it('is refused for an account without a factor', async () => {
    const account = await setting().person();
    const outcome = await setting().secondFactor.verifyCode(
      await setting().atCode(account),
      'totp',
      typing(setting().code()),
    );
    expect(codeOf(outcome)).to.equal('method_not_allowed');
  });

  it('is refused for an unconfirmed e-mail address, and so is the password alone [2.2]', async () => {
    const account = await setting().person({ factors: [{ method: 'email' }] });
    const context = await setting().atCode(account);
    const policyResult = await setting().secondFactor.evaluate(context);
    expect(policyResult?.decision).to.deep.equal({ kind: 'refuse', reason: 'no_usable_factor' });
    expect(codeOf(await setting().secondFactor.verifyCode(context, 'email', typing('123456')))).to.equal(
      'method_not_allowed',
    );
  });

  it('tells the attempts left and the drift of the clock [3.8]', async () => {
    const { context } = await app();
    const { secondFactor, code, wrongCode } = setting();
    const said = [wrongCode(), code(3), wrongCode(), code(-4)];
    const refusals = [];
    for (const typed of said)
      refusals.push(refusalOf(await secondFactor.verifyCode(context, 'totp', typing(typed))));
    const of = (attemptsLeft: number, clockOffSeconds: number | null) => {
      return { code: 'code_invalid', attemptsLeft, clockOffSeconds };
    };
    expect(refusals).to.deep.equal([of(4, null), of(3, 90), of(2, null), of(1, -120)]);
    expect(await setting().events()).to.deep.equal(Array(4).fill('second_factor.refused code_invalid'));
  });

  it('is refused when the account is gone', async () => {
    const { context } = await app();
    const gone = { ...context, transaction: { ...context.transaction, accountId: 'nobody' } };
    expect(await setting().secondFactor.evaluate(gone)).to.equal(null);
    expect(codeOf(await setting().secondFactor.verifyCode(gone, 'totp', typing(setting().code())))).to.equal(
      'session_expired',
    );
    expect(codeOf(await setting().secondFactor.postpone(gone))).to.equal('session_expired');
  });

  describe('for a secret', () => {
    async function factorWith(secret: string | null, changes: Partial<Enrolment> = {}) {
      const account = await setting().person();
      const mine = { accountId: account.id, tenantId: 'acme', id: 'phone', secret, ...changes };
      await setting().stores.enrolments.insert(anEnrolment(mine));
      return setting().atCode(account);
    }

    it('that cannot be decrypted is never right, and never counted as wrong [R35]', async () => {
      const context = await factorWith(cipher.encrypt(SECRET, 'totp|acme|somebody-else|phone'));
      const { secondFactor, code, stores } = setting();
      expect(codeOf(await secondFactor.verifyCode(context, 'totp', typing(code())))).to.equal(
        'method_not_allowed',
      );
      const { failures } = await stores.lockouts.read(secondFactorSubject(context.transaction.accountId));
      expect(failures).to.deep.equal({});
    });

    it('that belongs to another method is wrong', async () => {
      const context = await factorWith(cipher.encrypt(OTHER, 'totp|acme|somebody-else|phone'), {
        method: 'app',
      });
      const { accountId } = context.transaction;
      const secret = cipher.encrypt(
        SECRET,
        enrolmentPurpose({ id: 'tablet', method: 'totp', accountId, tenantId: 'acme' }),
      );
      const tablet = anEnrolment({ id: 'tablet', accountId, secret });
      await setting().stores.enrolments.insert(tablet);
      const { secondFactor, code } = setting();
      expect(codeOf(await secondFactor.verifyCode(context, 'totp', typing(code(0, OTHER))))).to.equal(
        'code_invalid',
      );
      expect(codeOf(await secondFactor.verifyCode(context, 'totp', typing(code(0, SECRET))))).to.equal('ok');
    });

    it('that does not exist is wrong', async () => {
      const context = await factorWith(null);
      for (const typed of [setting().code(), '000000']) {
        expect(codeOf(await setting().secondFactor.verifyCode(context, 'totp', typing(typed)))).to.equal(
          'code_invalid',
        );
      }
    });
  });

  it('has a known length, also for a method without its own', () => {
    expect(setting().secondFactor.digitsOf('totp')).to.equal(6);
    expect(setting().secondFactor.digitsOf('email')).to.equal(6);
  });

  describe('after a change of its sign-in', () => {
    it('is refused with an older version of the sign-in', async () => {
      const { context } = await app();
      await setting().stores.transactions.save({ ...context.transaction, later: true });
      const outcome = await setting().secondFactor.verifyCode(context, 'totp', typing(setting().code()));
      expect(codeOf(outcome)).to.equal('session_expired');
      expect(await setting().events()).to.deep.equal([]);
    });

    it('is refused when the sign-in belongs to another account by then', async () => {
      const { enrolment, context } = await app();
      const eve = await setting().person({ email: 'eve@acme.test', ...withTotp });
      const authentications = [{ method: 'totp', enrolmentId: enrolment.id, atMs: NOW } as const];
      await setting().stores.transactions.save({
        ...context.transaction,
        accountId: eve.id,
        authentications,
      });
      const outcome = await setting().secondFactor.verifyCode(context, 'totp', typing(setting().code()));
      expect(codeOf(outcome)).to.equal('session_expired');
      const found = await setting().stores.transactions.find(context.transaction.uid, NOW);
      expect(found).to.deep.include({ accountId: eve.id, authentications });
    });
  });

  describe('"later" (4.6)', () => {
    it('is stored in the sign-in during the grace period, and lets it continue', async () => {
      const context = await setting().atCode(await setting().person());
      const after = acceptedBy(await setting().secondFactor.postpone(context));
      expect(after).to.deep.equal({ ...context.transaction, later: true, version: 2 });
      const policyResult = await setting().secondFactor.evaluate({ ...context, transaction: after });
      const graceUntil = NOW + 7 * 24 * 60 * MINUTE;
      expect(policyResult?.decision).to.deep.equal({ kind: 'satisfied', onGrace: true, graceUntil });
      expect(await setting().events()).to.deep.equal(['second_factor.postponed']);
    });

    it('is refused when the grace period is over', async () => {
      const account = await setting().person();
      await setting().secondFactor.evaluate(await setting().atCode(account));
      setting().clock.nextStep(7 * 24 * 60 * MINUTE);
      expect(codeOf(await setting().secondFactor.postpone(await setting().atCode(account)))).to.equal(
        'enforced',
      );
    });

    it('is refused to an account with an enrolled factor', async () => {
      const { context } = await app();
      expect(refusalOf(await setting().secondFactor.postpone(context))).to.deep.equal({ code: 'enforced' });
    });

    it('counts once when the form is sent twice, and is refused in another sign-in', async () => {
      const context = await setting().atCode(await setting().person());
      const [one, two] = (await together(2, () => setting().secondFactor.postpone(context))).map(acceptedBy);
      expect(one).to.deep.equal(two);
      const other = await setting().atCode(await setting().person());
      await setting().stores.transactions.save(other.transaction);
      expect(codeOf(await setting().secondFactor.postpone(other))).to.equal('session_expired');
    });
  });
});
