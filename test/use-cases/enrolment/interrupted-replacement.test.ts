/** A replacement whose process died between its writes, or that meets a removal: the account is never without a factor. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { isFactor } from '../../../src/domain/enrolment/enrolment.ts';
import type { SignInTransaction } from '../../../src/domain/sign-in/transaction.ts';
import { NOW } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import { ADDRESS, acceptedBy, aTenant, freshSetting, tally, withTotp } from '../setting.ts';
import { appSetUp } from './app-enrolment.ts';

describe('an interrupted replacement', () => {
  const setting = freshSetting({ tenants: [aTenant('acme', { enforcement: 'required' })] });
  const { codeFor, confirm, stored } = appSetUp(setting, () => account);
  let account: Account;

  beforeEach(async () => {
    account = await setting().person({ email: 'anna@acme.test', factors: withTotp.factors });
  });

  async function begun(): Promise<SignInTransaction> {
    const [old] = await stored();
    const from = await setting().begun(account);
    const replaces = { enrolmentId: old?.id ?? '', method: 'totp' } as const;
    const policyResult = await setting().evaluated(account);
    return acceptedBy(await setting().enrolment.begin(from, policyResult, 'totp', replaces));
  }

  /** The visit after the first write of its confirmation: both factors are there. */
  async function interrupted(): Promise<SignInTransaction> {
    const transaction = await begun();
    const { enrolmentId: id = '', secret = null } = transaction.pendingEnrolment ?? {};
    const of = { id, accountId: account.id, tenantId: 'acme', method: 'totp', secret } as const;
    const plain = { label: '', app: null, lastStep: null, isDefault: false, createdAt: NOW };
    await setting().stores.enrolments.insert({ ...of, ...plain });
    expect(await stored()).to.have.lengthOf(2);
    return transaction;
  }

  async function finish(transaction: SignInTransaction): Promise<SignInTransaction | null> {
    const from = { ip: ADDRESS, clientId: null };
    return setting().enrolment.finish(transaction, await setting().evaluated(account), from);
  }

  const idOf = ({ pendingEnrolment }: SignInTransaction) => pendingEnrolment?.enrolmentId ?? '';
  const ids = async () => (await stored()).map(({ id }) => id);

  it('leaves both, and is finished by the next step of its visit [4.3 R23]', async () => {
    const before = await interrupted();
    expect((await finish(before))?.pendingEnrolment).to.equal(null);
    expect(await ids()).to.deep.equal([idOf(before)]);
    expect(tally(await setting().events())).to.include({ 'enrolment.created': 1, 'enrolment.removed': 1 });
  });

  it('is finished once by twenty simultaneous requests, and makes the new one the default [4.3 R23]', async () => {
    const [old] = await stored();
    await setting().stores.enrolments.setDefault(account.id, old?.id ?? '');
    const before = await interrupted();
    await together(20, () => finish(before));
    const [now, ...others] = await stored();
    expect([now?.id, now?.isDefault, others.length]).to.deep.equal([idOf(before), true, 0]);
    expect(tally(await setting().events())).to.include({ 'enrolment.created': 1, 'enrolment.removed': 1 });
  });

  it('tells of both when it died after the old one was gone [4.3 R23]', async () => {
    const [old] = await stored();
    const before = await interrupted();
    await setting().stores.enrolments.remove(account.id, old?.id ?? '');
    await finish(before);
    expect(await ids()).to.deep.equal([idOf(before)]);
    expect(tally(await setting().events())).to.include({ 'enrolment.created': 1, 'enrolment.removed': 1 });
  });

  it('keeps the old one when the new one was removed meanwhile [4.3]', async () => {
    const [old] = await stored();
    const before = await interrupted();
    await setting().stores.enrolments.remove(account.id, idOf(before));
    expect(await finish(before)).to.equal(null);
    expect(await ids()).to.deep.equal([old?.id]);
  });

  it('never leaves an account without a factor beside a removal of the new one [4.3 A53]', async () => {
    const before = await begun();
    const typed = await codeFor(before);
    const { selfService } = setting();
    const acts = [
      () => confirm(before, { typed }),
      async () => selfService.remove(await setting().evaluated(account), idOf(before), ADDRESS),
    ];
    await together<unknown>(20, (index) => acts[index % 2]?.() ?? Promise.resolve());
    const left = await setting().stores.enrolments.listByAccount(account.id);
    expect(left.some(isFactor)).to.equal(true);
  });
});
