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
  box,
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

describe('second-factor: a code', () => {
  const setting = freshSetting({ tenants: [aTenant('acme', { enforcement: 'required', graceDays: 7 })] });

  async function app() {
    const account = await setting().person(withTotp);
    const [enrolment] = await setting().stores.enrolments.listByAccount(account.id);
    if (!enrolment) throw new Error('no factor');
    return { account, enrolment, at: await setting().atCode(account) };
  }

  it('0.4 is accepted, noted as a proof, and burnt', async () => {
    const { account, enrolment, at } = await app();
    const after = acceptedBy(await setting().secondFactor.verifyCode(at, 'totp', typing(setting().code())));
    const proof = { method: 'totp', enrolmentId: enrolment.id, at: NOW } as const;
    expect(after).to.deep.equal({ ...at.progress, proofs: [...at.progress.proofs, proof], version: 2 });
    expect(await setting().stores.progress.find(after.uid, NOW)).to.deep.equal(after);
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
      address: NETWORK,
    });
    const judgement = await setting().secondFactor.standing({ ...at, progress: after });
    expect(judgement?.decision).to.deep.equal({ kind: 'satisfied', onGrace: false });
  });

  it('A9 counts for nothing before the password, and is not used up by it', async () => {
    const { account, at } = await app();
    const early = { ...at, progress: await setting().begun(account, { proofs: [] }) };
    const code = setting().code();
    expect(codeOf(await setting().secondFactor.verifyCode(early, 'totp', typing(code)))).to.equal(
      'method_not_allowed',
    );
    for (let times = 0; times < 12; times += 1)
      await setting().secondFactor.verifyCode(early, 'totp', typing('000000'));
    expect(codeOf(await setting().secondFactor.verifyCode(at, 'totp', typing(code)))).to.equal('ok');
  });

  for (const method of ['email', 'sms', 'recovery', 'passkey', '__proto__', 'constructor', 'none', '']) {
    it(`A105 is not taken by "${method}", which is not set up, and nothing is counted`, async () => {
      const { account, at } = await app();
      const outcome = await setting().secondFactor.verifyCode(
        at,
        method as MethodName,
        typing(setting().code()),
      );
      expect(refusalOf(outcome)).to.deep.equal({ code: 'method_not_allowed' });
      expect((await setting().stores.lockouts.read(`second-factor:${account.id}`)).failures).to.deep.equal(
        {},
      );
    });
  }

  it('is not taken from who has none set up', async () => {
    const account = await setting().person();
    const outcome = await setting().secondFactor.verifyCode(
      await setting().atCode(account),
      'totp',
      typing(setting().code()),
    );
    expect(codeOf(outcome)).to.equal('method_not_allowed');
  });

  it('2.2 is not taken from an address that nobody has confirmed, nor is the password alone', async () => {
    const account = await setting().person({ factors: [{ method: 'email' }] });
    const at = await setting().atCode(account);
    const judgement = await setting().secondFactor.standing(at);
    expect(judgement?.decision).to.deep.equal({ kind: 'refuse', reason: 'no_usable_factor' });
    expect(codeOf(await setting().secondFactor.verifyCode(at, 'email', typing('123456')))).to.equal(
      'method_not_allowed',
    );
  });

  it('3.8 says how many tries are left, and by how much the clock is off', async () => {
    const { at } = await app();
    const { secondFactor, code, wrongCode } = setting();
    const said = [wrongCode(), code(3), '', code(-4)];
    const refusals = [];
    for (const typed of said)
      refusals.push(refusalOf(await secondFactor.verifyCode(at, 'totp', typing(typed))));
    const of = (attemptsLeft: number, clockOffSeconds: number | null) => {
      return { code: 'code_invalid', attemptsLeft, clockOffSeconds };
    };
    expect(refusals).to.deep.equal([of(4, null), of(3, 90), of(2, null), of(1, -120)]);
    expect(await setting().events()).to.deep.equal(Array(4).fill('second_factor.refused code_invalid'));
  });

  it('ends with the account', async () => {
    const { at } = await app();
    const gone = { ...at, progress: { ...at.progress, accountId: 'nobody' } };
    expect(await setting().secondFactor.standing(gone)).to.equal(null);
    expect(codeOf(await setting().secondFactor.verifyCode(gone, 'totp', typing(setting().code())))).to.equal(
      'session_expired',
    );
    expect(codeOf(await setting().secondFactor.postpone(gone))).to.equal('session_expired');
  });

  describe('against a secret', () => {
    async function factorWith(secret: string | null, changes: Partial<Enrolment> = {}) {
      const account = await setting().person();
      const mine = { accountId: account.id, tenantId: 'acme', id: 'phone', secret, ...changes };
      await setting().stores.enrolments.insert(anEnrolment(mine));
      return setting().atCode(account);
    }

    it('R35 that cannot be opened no code is right, and none is counted as wrong', async () => {
      const at = await factorWith(box.seal(SECRET, 'totp|acme|somebody-else|phone'));
      const { secondFactor, code, stores } = setting();
      expect(codeOf(await secondFactor.verifyCode(at, 'totp', typing(code())))).to.equal(
        'method_not_allowed',
      );
      const { failures } = await stores.lockouts.read(secondFactorSubject(at.progress.accountId));
      expect(failures).to.deep.equal({});
    });

    it('of another method is wrong', async () => {
      const at = await factorWith(box.seal(OTHER, 'totp|acme|somebody-else|phone'), { method: 'app' });
      const { accountId } = at.progress;
      const secret = box.seal(
        SECRET,
        enrolmentPurpose({ id: 'tablet', method: 'totp', accountId, tenantId: 'acme' }),
      );
      const tablet = anEnrolment({ id: 'tablet', accountId, secret });
      await setting().stores.enrolments.insert(tablet);
      const { secondFactor, code } = setting();
      expect(codeOf(await secondFactor.verifyCode(at, 'totp', typing(code(0, OTHER))))).to.equal(
        'code_invalid',
      );
      expect(codeOf(await secondFactor.verifyCode(at, 'totp', typing(code(0, SECRET))))).to.equal('ok');
    });

    it('that is not there is wrong, whatever it is', async () => {
      const at = await factorWith(null);
      for (const typed of [setting().code(), '000000']) {
        expect(codeOf(await setting().secondFactor.verifyCode(at, 'totp', typing(typed)))).to.equal(
          'code_invalid',
        );
      }
    });
  });

  it('tells how long codes are, where the method has none of its own too', () => {
    expect(setting().secondFactor.digitsOf('totp')).to.equal(6);
    expect(setting().secondFactor.digitsOf('email')).to.equal(6);
  });

  describe('a sign-in that has changed meanwhile', () => {
    it('has an older version of it lose', async () => {
      const { at } = await app();
      await setting().stores.progress.save({ ...at.progress, later: true });
      const outcome = await setting().secondFactor.verifyCode(at, 'totp', typing(setting().code()));
      expect(codeOf(outcome)).to.equal('session_expired');
      expect(await setting().events()).to.deep.equal([]);
    });

    it('has one of another account lose', async () => {
      const { enrolment, at } = await app();
      const eve = await setting().person({ email: 'eve@acme.test', ...withTotp });
      const proofs = [{ method: 'totp', enrolmentId: enrolment.id, at: NOW } as const];
      await setting().stores.progress.save({ ...at.progress, accountId: eve.id, proofs });
      const outcome = await setting().secondFactor.verifyCode(at, 'totp', typing(setting().code()));
      expect(codeOf(outcome)).to.equal('session_expired');
      const found = await setting().stores.progress.find(at.progress.uid, NOW);
      expect(found).to.deep.include({ accountId: eve.id, proofs });
    });
  });

  describe('"later" (4.6)', () => {
    it('is noted in the sign-in while grace lasts, and carries it', async () => {
      const at = await setting().atCode(await setting().person());
      const after = acceptedBy(await setting().secondFactor.postpone(at));
      expect(after).to.deep.equal({ ...at.progress, later: true, version: 2 });
      const judgement = await setting().secondFactor.standing({ ...at, progress: after });
      expect(judgement?.decision).to.deep.equal({ kind: 'satisfied', onGrace: true });
      expect(await setting().events()).to.deep.equal(['second_factor.postponed']);
    });

    it('is refused when grace is over', async () => {
      const account = await setting().person();
      await setting().secondFactor.standing(await setting().atCode(account));
      setting().clock.advance(7 * 24 * 60 * MINUTE);
      expect(codeOf(await setting().secondFactor.postpone(await setting().atCode(account)))).to.equal(
        'enforced',
      );
    });

    it('is refused to who has a factor to give', async () => {
      const { at } = await app();
      expect(refusalOf(await setting().secondFactor.postpone(at))).to.deep.equal({ code: 'enforced' });
    });

    it('is one answer when the form is sent twice, and loses against another sign-in', async () => {
      const at = await setting().atCode(await setting().person());
      const [one, two] = (await together(2, () => setting().secondFactor.postpone(at))).map(acceptedBy);
      expect(one).to.deep.equal(two);
      const other = await setting().atCode(await setting().person());
      await setting().stores.progress.save(other.progress);
      expect(codeOf(await setting().secondFactor.postpone(other))).to.equal('session_expired');
    });
  });
});
