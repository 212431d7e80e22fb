/** The account snapshot that the policy gets, and the grace period that starts with it. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { BUILT_METHODS } from '../../../src/domain/methods/index.ts';
import { METHOD_NAMES, type MethodName } from '../../../src/domain/methods/method.ts';
import { NO_ASSURANCE_REQUESTED, type PolicyQuestion } from '../../../src/domain/policy/policy.ts';
import { FAILURES_UNTIL_REFUSED, secondFactorSubject } from '../../../src/domain/sign-in/attempts.ts';
import {
  createExistingSessionEvaluation,
  createPartialSnapshotLoader,
  createPolicyEvaluation,
} from '../../../src/use-cases/second-factor/evaluate-policy.ts';
import { MINUTE, NOW } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import { aTenant, freshSetting, withTotp } from '../setting.ts';

const DAY = 24 * 60 * MINUTE;
const SATISFIED = { kind: 'satisfied', onGrace: false };
const onGrace = (graceUntil: number) => ({ kind: 'satisfied', onGrace: true, graceUntil });
const setUp = (laterUntil: number | null, methods: readonly MethodName[] = ['totp']) => {
  return { kind: 'set-up', methods, laterUntil };
};

const graceful = (graceDays = 7) => aTenant('graceful', { enforcement: 'required', graceDays });

describe('the evaluation of the policy', () => {
  const setting = freshSetting({
    tenants: [
      aTenant('acme', { groups: { finance: 'required' } }),
      graceful(),
      aTenant('plain', { enforcement: 'off', methods: [] }),
    ],
  });

  const decisionOf = async (account: Account, changes: Partial<PolicyQuestion> = {}) =>
    (await setting().evaluated(account, changes)).decision;

  it('gives null when the account or its tenant is gone', async () => {
    const question = {
      authentications: [],
      requested: NO_ASSURANCE_REQUESTED,
      occasion: 'existing-session',
    } as const;
    expect(await setting().evaluatePolicy({ ...question, accountId: 'nobody' })).to.equal(null);
    const { id } = await setting().person({ tenantId: 'closed' });
    expect(await setting().evaluatePolicy({ ...question, accountId: id })).to.equal(null);
  });

  it('gives its result together with its input', async () => {
    const account = await setting().person(withTotp);
    const policyResult = await setting().evaluated(account);
    expect(policyResult.account).to.deep.equal(account);
    expect(policyResult.tenant.id).to.equal('acme');
    expect(policyResult.enforcement).to.equal('optional');
    expect(policyResult.enrolments.map(({ method }) => method)).to.deep.equal(['totp']);
    expect(policyResult.lockout).to.deep.equal({ lockedUntil: 0, level: 0, failures: {} });
    expect(policyResult.decision).to.deep.equal({ kind: 'prove', methods: ['totp'], preferred: 'totp' });
  });

  it('uses an account that was read already', async () => {
    const account = await setting().person({ tenantId: 'plain' });
    const requested = { ...NO_ASSURANCE_REQUESTED, always: true };
    expect(await decisionOf(account, { requested })).to.include({ kind: 'refuse' });
    const promoted = { ...account, role: 'admin' as const };
    expect(await decisionOf(account, { requested, account: promoted })).to.deep.equal(
      setUp(null, ['passkey', 'totp']),
    );
  });

  it('uses a snapshot that was read already', async () => {
    const account = await setting().person(withTotp);
    const snapshot = await setting().evaluated(account);
    await setting().stores.enrolments.remove(account.id, snapshot.enrolments[0]?.id ?? '');
    expect(await decisionOf(account)).to.deep.equal(SATISFIED);
    expect(await decisionOf(account, { snapshot })).to.deep.equal(snapshot.decision);
  });

  it('is stricter for a member of a stricter group [4.7]', async () => {
    const bob = await setting().person();
    const anna = await setting().person({ email: 'anna@acme.test', groups: ['finance'] });
    expect(await decisionOf(bob)).to.deep.equal(SATISFIED);
    expect(await decisionOf(anna)).to.deep.equal(setUp(null));
  });

  it('requires nothing where the tenant is off', async () => {
    const account = await setting().person({ tenantId: 'plain', ...withTotp });
    expect(await decisionOf(account)).to.deep.equal(SATISFIED);
  });

  it('refuses a factor after 100 failures in a row, and accepts it after 99 [A19]', async () => {
    const account = await setting().person(withTotp);
    const fail = () => setting().stores.lockouts.addFailure(secondFactorSubject(account.id), 'totp', NOW);
    for (let times = 1; times < FAILURES_UNTIL_REFUSED; times += 1) await fail();
    expect(await decisionOf(account)).to.include({ kind: 'prove' });
    await fail();
    expect(await decisionOf(account)).to.deep.equal({ kind: 'refuse', reason: 'no_usable_factor' });
  });

  describe('of earlier sign-ins and tokens', () => {
    /** The decision from what is read for it, with how often the locks were looked at. */
    async function evaluate(account: Account, methods: readonly MethodName[]) {
      const { needs, stores } = setting();
      let looks = 0;
      const read = (subject: string) => {
        looks += 1;
        return stores.lockouts.read(subject);
      };
      const counting = { ...needs, lockouts: { ...stores.lockouts, read } };
      const snapshot = await createPartialSnapshotLoader(counting)(account.id);
      if (!snapshot) throw new Error('no account to evaluate');
      const given = snapshot.enrolments.filter(({ method }) => methods.includes(method));
      const authentications = [
        { method: 'pwd', enrolmentId: null, atMs: NOW } as const,
        ...given.map(({ id, method }) => ({ method, enrolmentId: id, atMs: NOW })),
      ];
      const requested = { ...NO_ASSURANCE_REQUESTED, always: true };
      const evaluated = await createExistingSessionEvaluation(counting)({
        snapshot,
        authentications,
        requested,
      });
      const question = {
        accountId: account.id,
        authentications,
        requested,
        occasion: 'existing-session',
      } as const;
      expect(evaluated.decision).to.deep.equal((await setting().evaluatePolicy(question))?.decision);
      return { decision: evaluated.decision, looks };
    }

    it('reads no locks where the policy is satisfied', async () => {
      const account = await setting().person(withTotp);
      expect(await evaluate(account, ['totp'])).to.deep.equal({ decision: SATISFIED, looks: 0 });
    });

    it('reads locks where a factor is missing, and refuses one after 100 failures [A19]', async () => {
      const account = await setting().person(withTotp);
      const prove = { kind: 'prove', methods: ['totp'], preferred: 'totp' };
      expect(await evaluate(account, [])).to.deep.equal({ decision: prove, looks: 1 });
      for (let times = 0; times < FAILURES_UNTIL_REFUSED; times += 1)
        await setting().stores.lockouts.addFailure(secondFactorSubject(account.id), 'totp', NOW);
      const refuse = { kind: 'refuse', reason: 'no_usable_factor' };
      expect(await evaluate(account, [])).to.deep.equal({ decision: refuse, looks: 1 });
      expect(await evaluate(account, ['totp'])).to.deep.equal({ decision: SATISFIED, looks: 0 });
    });
  });

  it('admits nobody with the password alone who has a factor of a kind that is not built', async () => {
    const built: readonly MethodName[] = BUILT_METHODS;
    for (const method of METHOD_NAMES.filter((name) => !built.includes(name))) {
      const account = await setting().person({ email: `${method}@acme.test`, factors: [{ method }] });
      expect(await decisionOf(account), method).to.deep.equal({ kind: 'refuse', reason: 'no_usable_factor' });
    }
  });

  it('admits nobody with the password alone who has a factor without a known address or number [2.2]', async () => {
    for (const method of ['email', 'sms'] as const) {
      const account = await setting().person({ email: `${method}@acme.test`, factors: [{ method }] });
      expect(await decisionOf(account), method).to.deep.equal({ kind: 'refuse', reason: 'no_usable_factor' });
    }
  });

  describe('the grace period', () => {
    let account: Account;
    const key = () => `grace:${account.id}`;
    const evaluate = () => decisionOf(account, { occasion: 'existing-session' });
    const question = (): PolicyQuestion => {
      const authentications = [{ method: 'pwd', enrolmentId: null, atMs: NOW }] as const;
      return {
        accountId: account.id,
        authentications,
        requested: NO_ASSURANCE_REQUESTED,
        occasion: 'existing-session',
      };
    };

    beforeEach(async () => {
      account = await setting().person({ tenantId: 'graceful' });
    });

    for (const occasion of ['sign-in', 'existing-session', 'later'] as const) {
      it(`starts with the first ${occasion} that finds the policy unmet`, async () => {
        expect(await setting().stores.onceKeys.peek(key())).to.equal(null);
        await decisionOf(account, { occasion });
        expect(await setting().stores.onceKeys.peek(key())).to.equal(String(NOW));
      });
    }

    it('starts once, and is not renewed', async () => {
      expect(await decisionOf(account)).to.deep.equal(setUp(NOW + 7 * DAY));
      setting().clock.nextStep(3 * DAY);
      expect(await evaluate()).to.deep.equal(onGrace(NOW + 7 * DAY));
      expect(await decisionOf(account)).to.deep.equal(setUp(NOW + 7 * DAY));
    });

    it('has one start for fifty simultaneous evaluations with different clocks', async () => {
      const decisions = await together(50, async (index) => {
        const clock = { now: () => NOW + index };
        const evaluatePolicy = createPolicyEvaluation({
          ...setting().needs,
          tenants: [graceful()],
          available: () => BUILT_METHODS,
          clock,
        });
        return (await evaluatePolicy({ ...question(), occasion: 'sign-in' }))?.decision;
      });
      const start = Number(await setting().stores.onceKeys.peek(key()));
      expect(start).to.be.within(NOW, NOW + 49);
      for (const decision of decisions) expect(decision).to.deep.equal(setUp(start + 7 * DAY));
    });

    it('accepts existing sessions until its end, and none after it', async () => {
      await decisionOf(account);
      setting().clock.set(NOW + 7 * DAY - 1);
      expect(await evaluate()).to.deep.equal(onGrace(NOW + 7 * DAY));
      expect(await decisionOf(account, { occasion: 'later' })).to.deep.equal(onGrace(NOW + 7 * DAY));
      setting().clock.set(NOW + 7 * DAY);
      expect(await evaluate()).to.deep.equal(setUp(null));
      expect(await decisionOf(account, { occasion: 'later' })).to.deep.equal(setUp(null));
      expect(await decisionOf(account)).to.deep.equal(setUp(null));
    });

    it('does not start again after a factor was enrolled and removed', async () => {
      await decisionOf(account);
      const blank = { label: '', app: null, secret: null, lastStep: null, isDefault: false, createdAt: NOW };
      const phone = {
        ...blank,
        id: 'phone',
        accountId: account.id,
        tenantId: 'graceful',
        method: 'totp',
      } as const;
      await setting().stores.enrolments.insert(phone);
      expect(await decisionOf(account)).to.include({ kind: 'prove' });
      await setting().stores.enrolments.remove(account.id, 'phone');
      setting().clock.nextStep(6 * DAY);
      expect(await decisionOf(account)).to.deep.equal(setUp(NOW + 7 * DAY));
      setting().clock.nextStep(DAY);
      expect(await decisionOf(account)).to.deep.equal(setUp(null));
    });

    it('does not start for an account with a factor, nor where it would not apply', async () => {
      const bob = await setting().person({ email: 'bob@graceful.test', tenantId: 'graceful', ...withTotp });
      const anna = await setting().person({ email: 'anna@acme.test', groups: ['finance'] });
      await decisionOf(bob);
      await decisionOf(anna);
      await decisionOf(account, { requested: { ...NO_ASSURANCE_REQUESTED, always: true } });
      await decisionOf(account, { authentications: [] });
      const [phone] = await setting().stores.enrolments.listByAccount(bob.id);
      const totp = { method: 'totp', enrolmentId: phone?.id ?? '', atMs: NOW } as const;
      const authentications = [{ method: 'pwd', enrolmentId: null, atMs: NOW } as const, totp];
      expect(await decisionOf(bob, { authentications })).to.deep.equal(SATISFIED);
      for (const { id } of [bob, anna, account]) {
        expect(await setting().stores.onceKeys.peek(`grace:${id}`)).to.equal(null);
      }
    });

    it('follows the current setting, counted from its own start [B.2]', async () => {
      await decisionOf(account);
      setting().clock.nextStep(5 * DAY);
      const decidedWith = async (graceDays: number) => {
        const evaluatePolicy = createPolicyEvaluation({
          ...setting().needs,
          tenants: [graceful(graceDays)],
          available: () => BUILT_METHODS,
        });
        return (await evaluatePolicy(question()))?.decision;
      };
      expect(await decidedWith(5)).to.deep.equal(setUp(null));
      expect(await decidedWith(6)).to.deep.equal(onGrace(NOW + 6 * DAY));
      expect(await decidedWith(0)).to.deep.equal(setUp(null));
    });
  });
});
