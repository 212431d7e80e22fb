/** A set-up in a session that is too old for changes: a right answer waits for a fresh factor of the account. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { FROZEN } from '../../../src/domain/refusal.ts';
import type { SignInTransaction } from '../../../src/domain/sign-in/transaction.ts';
import { NOW } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import { EMAIL } from '../second-factor/sending.ts';
import { ADDRESS, acceptedBy, aTenant, codeOf, freshSetting, refusalOf } from '../setting.ts';
import { appSetUp } from './app-enrolment.ts';
import { codeSetUp } from './code-enrolment.ts';

const FROM = { ip: ADDRESS, clientId: null };

describe('a set-up in a session that is too old', () => {
  const setting = freshSetting({ tenants: [aTenant('acme', { methods: ['totp', 'email'] })] });
  let account: Account;
  const { begin, codeFor, confirm, stored } = appSetUp(setting, () => account);

  beforeEach(async () => {
    account = await setting().person();
  });

  async function late(transaction: SignInTransaction, label = '') {
    return confirm(transaction, { typed: await codeFor(transaction), label, isLate: true });
  }

  async function complete(transaction: SignInTransaction) {
    return setting().enrolment.complete(transaction, await setting().evaluated(account), FROM);
  }

  it('enrols the factor of its right answer once the account has given a fresh one [4.1]', async () => {
    const waiting = acceptedBy(await late(await begin(), 'phone'));
    expect(waiting.pendingEnrolment?.proven).to.deep.include({ label: 'phone' });
    expect(await stored()).to.deep.equal([]);
    expect(await setting().events()).to.deep.equal([]);
    const after = acceptedBy(await complete(waiting));
    const [factor] = await stored();
    expect(factor).to.include({ label: 'phone', lastStep: waiting.pendingEnrolment?.proven?.lastStep });
    expect(after).to.include({ pendingEnrolment: null, enrolled: 'totp' });
    expect(await setting().events()).to.have.members(['enrolment.created', 'recovery.created']);
  });

  it('keeps one answer of five clicks at once, and takes no other one after it [A41]', async () => {
    const transaction = await begin();
    const typed = await codeFor(transaction);
    const outcomes = await together(5, () => confirm(transaction, { typed, isLate: true }));
    const ends = outcomes.map((outcome) => JSON.stringify(acceptedBy(outcome)));
    expect(new Set(ends).size).to.equal(1);
    const [waiting] = outcomes.map(acceptedBy);
    expect(waiting && codeOf(await confirm(waiting, { typed, isLate: true }))).to.equal('session_expired');
    expect(await stored()).to.deep.equal([]);
  });

  it('keeps no answer where another set-up was begun meanwhile', async () => {
    const transaction = await begin();
    acceptedBy(await setting().enrolment.begin(transaction, await setting().evaluated(account), 'email'));
    expect(codeOf(await late(transaction))).to.equal('session_expired');
    expect(await stored()).to.deep.equal([]);
  });

  it('is not completed without a right answer, twice, or for a frozen account', async () => {
    const transaction = await begin();
    expect(codeOf(await complete(transaction))).to.equal('session_expired');
    const waiting = acceptedBy(await late(transaction));
    await setting().stores.accounts.setFrozen(account.id, NOW);
    expect(refusalOf(await complete(waiting))).to.deep.equal(FROZEN);
    expect(await stored()).to.deep.equal([]);
    await setting().stores.accounts.setFrozen(account.id, null);
    const after = acceptedBy(await complete(waiting));
    expect(codeOf(await complete(after))).to.equal('session_expired');
    expect(await stored()).to.have.lengthOf(1);
  });

  it('is not completed with a method that was taken off the offer since', async () => {
    const waiting = acceptedBy(await late(await begin()));
    const policyResult = await setting().evaluated(account);
    const { tenant } = policyResult;
    const secondFactor = { ...tenant.secondFactor, methods: ['email'] as const };
    const changed = { ...policyResult, tenant: { ...tenant, secondFactor } };
    expect(codeOf(await setting().enrolment.complete(waiting, changed, FROM))).to.equal('session_expired');
    expect(await stored()).to.deep.equal([]);
  });
});

describe('a first set-up in a session that is too old, after a mailed code', () => {
  const setting = freshSetting({
    tenants: [aTenant('acme', { methods: ['totp', 'email'], setUpProof: 'email' })],
  });
  let account: Account;
  const { begin, send, methods, stored } = codeSetUp(setting, () => account);

  beforeEach(async () => {
    account = await setting().person();
  });

  async function proven(transaction: SignInTransaction): Promise<SignInTransaction> {
    const typed = await setting().sentCode(EMAIL);
    const given = { typed, label: '', app: '', isLate: true, ...FROM };
    return acceptedBy(
      await setting().enrolment.confirm(transaction, await setting().evaluated(account), 'proof', given),
    );
  }

  it('waits with codes by mail, and confirms the address when the factor is enrolled [A48]', async () => {
    const waiting = await proven(await send(await begin('email'), 'proof'));
    expect(waiting).to.include({ isSetUpProven: true });
    expect(waiting.pendingEnrolment).to.have.property('proven');
    expect(await methods()).to.deep.equal([]);
    expect((await stored())?.emailConfirmed).to.equal(false);
    expect(await setting().events()).to.deep.equal(['code.sent', 'set_up.proven']);
    acceptedBy(await setting().enrolment.complete(waiting, await setting().evaluated(account), FROM));
    expect(await methods()).to.have.members(['email', 'recovery']);
    expect((await stored())?.emailConfirmed).to.equal(true);
  });

  it('goes on with another method, and confirms the address at once [A48]', async () => {
    const next = await proven(await send(await begin('totp'), 'proof'));
    expect(next).to.include({ isSetUpProven: true, stepsTaken: 1 });
    expect(next.pendingEnrolment).to.not.have.property('proven');
    expect((await stored())?.emailConfirmed).to.equal(true);
    expect(await setting().events()).to.deep.equal(['code.sent', 'contact.confirmed', 'set_up.proven']);
  });
});
