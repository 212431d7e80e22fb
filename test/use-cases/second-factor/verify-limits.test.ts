/** The limits on wrong codes, and the end of a lock (NIST SP 800-63B-4, 3.2.2). */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { NO_ASSURANCE_REQUESTED } from '../../../src/domain/policy/policy.ts';
import { FAILURES_UNTIL_REFUSED, secondFactorSubject } from '../../../src/domain/sign-in/attempts.ts';
import type { SignInContext } from '../../../src/use-cases/second-factor/sign-in-context.ts';
import { MINUTE, NOW } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import {
  acceptedBy,
  aTenant,
  codeOf,
  freshSetting,
  inTurn,
  PERIOD,
  refusalOf,
  tally,
  typing,
  withTotp,
} from '../setting.ts';

describe('the limits on wrong second-factor codes', () => {
  const setting = freshSetting({ tenants: [aTenant('acme', { enforcement: 'required' })] });
  let account: Account;

  beforeEach(async () => {
    account = await setting().person(withTotp);
  });

  const verify = (context: SignInContext, code: string) =>
    setting().secondFactor.verifyCode(context, 'totp', typing(code));
  /** So many wrong codes, five in each sign-in; gives how each was refused. */
  async function attempt(times: number) {
    let context = await setting().atCode(account);
    return inTurn(times, async (index) => {
      if (index % 5 === 0) context = await setting().atCode(account);
      return refusalOf(await verify(context, setting().wrongCode()));
    });
  }
  const codesOf = (refusals: readonly ({ code: string } | null)[]) =>
    tally(refusals.map((refusal) => refusal?.code ?? 'ok'));
  const rightCode = async () => verify(await setting().atCode(account), setting().code());
  const lockout = () => setting().stores.lockouts.read(secondFactorSubject(account.id));

  it('allow five in one sign-in, and then refuse even the right one', async () => {
    const context = await setting().atCode(account);
    const left = await inTurn(5, async () => {
      const refusal = refusalOf(await verify(context, setting().wrongCode()));
      return refusal?.code === 'code_invalid' ? refusal.attemptsLeft : refusal;
    });
    expect(left).to.deep.equal([4, 3, 2, 1, 0]);
    expect(refusalOf(await verify(context, setting().code()))).to.deep.equal({
      code: 'too_many_attempts',
      retryAt: null,
    });
    expect(codeOf(await rightCode())).to.equal('ok');
  });

  it('allow ten in 15 minutes for an account over any sign-ins, and then refuse even the right one [A19]', async () => {
    const refusals = await attempt(101);
    expect(codesOf(refusals)).to.deep.equal({ code_invalid: 9, too_many_attempts: 92 });
    const retryAt = NOW + 15 * MINUTE;
    expect(refusals.at(-1)).to.deep.equal({ code: 'too_many_attempts', retryAt });
    expect(refusalOf(await rightCode())).to.deep.equal({ code: 'too_many_attempts', retryAt });
    const events = tally(await setting().events());
    expect(events['second_factor.locked too_many_attempts']).to.equal(1);
    expect((await lockout()).failures.totp).to.equal(10);
  });

  it('show administrators the account that waits', async () => {
    const query = { q: null, group: null, role: null, condition: 'locked' } as const;
    const scope = { tenantId: account.tenantId, groups: null };
    const locked = () => setting().stores.people.page(scope, query, null, 9, setting().clock.now());
    expect(await locked()).to.deep.equal([]);
    await attempt(11);
    expect((await locked()).map(({ id }) => id)).to.deep.equal([account.id]);
  });

  it('tell the attempts left of the nearer limit', async () => {
    await attempt(8);
    const refusal = refusalOf(await verify(await setting().atCode(account), setting().wrongCode()));
    expect(refusal).to.deep.include({ code: 'code_invalid', attemptsLeft: 1 });
  });

  it('accept the right code when the lock ends, and not a millisecond before', async () => {
    await attempt(10);
    setting().clock.nextStep(15 * MINUTE - 1);
    expect(codeOf(await rightCode())).to.equal('too_many_attempts');
    setting().clock.nextStep(1);
    expect(codeOf(await rightCode())).to.equal('ok');
  });

  it('double the lock each time, up to an hour', async () => {
    const waits = await inTurn(4, async () => {
      await attempt(10);
      const wait = (await lockout()).lockedUntil - setting().clock.now();
      setting().clock.nextStep(wait - 1);
      expect(codeOf(await rightCode())).to.equal('too_many_attempts');
      setting().clock.nextStep(1);
      // Tidying up must not forget how long the last wait was.
      await setting().stores.sweep(setting().clock.now(), 0);
      return wait / MINUTE;
    });
    expect(waits).to.deep.equal([15, 30, 60, 60]);
  });

  it('reset failures and the next lock after a success', async () => {
    await attempt(10);
    setting().clock.nextStep(15 * MINUTE);
    expect(codeOf(await rightCode())).to.equal('ok');
    expect(await lockout()).to.deep.include({ level: 0, failures: {} });
    setting().clock.nextStep(PERIOD);
    await attempt(10);
    expect((await lockout()).lockedUntil).to.equal(setting().clock.now() + 15 * MINUTE);
  });

  it('start again in the same sign-in after a right code', async () => {
    const context = await setting().atCode(account);
    await inTurn(4, () => verify(context, setting().wrongCode()));
    const transaction = acceptedBy(await verify(context, setting().code()));
    setting().clock.nextStep(6 * MINUTE);
    const again = { ...context, transaction, requested: { ...NO_ASSURANCE_REQUESTED, freshMs: 5 * MINUTE } };
    expect(refusalOf(await verify(again, setting().wrongCode()))).to.deep.include({ attemptsLeft: 4 });
  });

  it('check five of 200 at once in one sign-in [A20]', async () => {
    const context = await setting().atCode(account);
    const refusals = (await together(200, () => verify(context, setting().wrongCode()))).map(refusalOf);
    expect(codesOf(refusals)).to.deep.equal({ code_invalid: 5, too_many_attempts: 195 });
  });

  it('check ten of 200 at once over 50 sign-ins, and lock once [A21]', async () => {
    const sessions = await together(50, () => setting().atCode(account));
    const refusals = (
      await Promise.all(
        sessions.flatMap((context) =>
          Array.from({ length: 4 }, () => verify(context, setting().wrongCode())),
        ),
      )
    ).map(refusalOf);
    expect(codesOf(refusals)).to.deep.equal({ code_invalid: 9, too_many_attempts: 191 });
    expect(await lockout()).to.deep.equal({
      lockedUntil: NOW + 15 * MINUTE,
      level: 1,
      failures: { totp: 10 },
    });
  });

  it('count a used code as a wrong one [A32]', async () => {
    const typed = setting().code();
    acceptedBy(await verify(await setting().atCode(account), typed));
    const context = await setting().atCode(account);
    expect(codesOf(await inTurn(6, async () => refusalOf(await verify(context, typed))))).to.deep.equal({
      code_used: 5,
      too_many_attempts: 1,
    });
    expect((await lockout()).failures).to.deep.equal({ totp: 5 });
  });

  it('lock no other account', async () => {
    await attempt(10);
    const eve = await setting().person({ email: 'eve@acme.test', ...withTotp });
    expect(codeOf(await verify(await setting().atCode(eve), setting().code()))).to.equal('ok');
  });

  describe('100 in a row', () => {
    /** As if so many had failed before, over days. */
    async function failedBefore(times: number): Promise<void> {
      await inTurn(times, () =>
        setting().stores.lockouts.addFailure(secondFactorSubject(account.id), 'totp', NOW),
      );
    }

    it('end with the factor refused, though the code is right and no wait is left [A19]', async () => {
      await failedBefore(FAILURES_UNTIL_REFUSED - 1);
      expect((await attempt(1))[0]?.code).to.equal('code_invalid');
      setting().clock.nextStep(60 * MINUTE);
      expect(refusalOf(await rightCode())).to.deep.equal({ code: 'method_not_allowed' });
      const policyResult = await setting().secondFactor.evaluate(await setting().atCode(account));
      expect(policyResult?.decision).to.deep.equal({ kind: 'refuse', reason: 'no_usable_factor' });
    });

    it('are 99 while the next one is right, and then none', async () => {
      await failedBefore(FAILURES_UNTIL_REFUSED - 1);
      expect(codeOf(await rightCode())).to.equal('ok');
      expect((await lockout()).failures).to.deep.equal({});
    });

    it('let nobody set up another factor beside it', async () => {
      await failedBefore(FAILURES_UNTIL_REFUSED);
      expect(codeOf(await setting().secondFactor.postpone(await setting().atCode(account)))).to.equal(
        'enforced',
      );
    });

    it('end when the factor is removed', async () => {
      await failedBefore(FAILURES_UNTIL_REFUSED);
      const policyResult = await setting().evaluated(account);
      const [enrolment] = policyResult.enrolments;
      await setting().stores.enrolments.remove(account.id, enrolment?.id ?? '');
      await setting().stores.lockouts.reset(secondFactorSubject(account.id));
      const { decision } = await setting().evaluated(account);
      expect(decision).to.deep.equal({ kind: 'set-up', methods: ['totp'], laterUntil: null });
    });
  });
});
