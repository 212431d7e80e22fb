/** A set-up whose process died after the factor was stored: the visit finishes it. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { isFactor } from '../../../src/domain/enrolment/enrolment.ts';
import type { SignInTransaction } from '../../../src/domain/sign-in/transaction.ts';
import { NOW } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import { ADDRESS, acceptedBy, aTenant, freshSetting, tally } from '../setting.ts';
import { appSetUp } from './app-enrolment.ts';

describe('an interrupted set-up', () => {
  const setting = freshSetting({ tenants: [aTenant('acme', { enforcement: 'required' })] });
  const { begin, codeFor, confirm } = appSetUp(setting, () => account);
  let account: Account;

  beforeEach(async () => {
    account = await setting().person();
  });

  /** The visit after the first write of its confirmation. */
  async function interrupted(): Promise<SignInTransaction> {
    const transaction = await begin();
    const { enrolmentId: id = '', secret = null } = transaction.pendingEnrolment ?? {};
    const of = { id, accountId: account.id, tenantId: 'acme', method: 'totp', secret } as const;
    const lastStep = Math.floor(NOW / 30_000);
    await setting().stores.enrolments.insert({
      ...of,
      label: '',
      app: null,
      lastStep,
      isDefault: false,
      createdAt: NOW,
    });
    return transaction;
  }

  async function finish(transaction: SignInTransaction): Promise<SignInTransaction | null> {
    const from = { ip: ADDRESS, clientId: 'rp' };
    return setting().enrolment.finish(transaction, await setting().evaluated(account), from);
  }

  const listed = () => setting().stores.enrolments.listByAccount(account.id);

  it('is finished by its visit, which shows the codes that are stored [R23]', async () => {
    const before = await interrupted();
    setting().clock.nextStep(1);
    const after = await finish(before);
    const { enrolmentId } = before.pendingEnrolment ?? {};
    expect(after).to.deep.equal({
      ...before,
      version: before.version + 1,
      pendingEnrolment: null,
      enrolled: 'totp',
      stepsTaken: 1,
      authentications: [...before.authentications, { method: 'totp', enrolmentId, atMs: NOW }],
    });
    expect(after && setting().recovery.shown(after)).to.have.lengthOf(10);
    expect((await listed()).map(isFactor)).to.deep.equal([true, false]);
    expect(await setting().events()).to.have.members(['enrolment.created', 'recovery.created']);
    expect(after && (await finish(after))).to.equal(null);
  });

  it('is finished once by twenty simultaneous requests [R23]', async () => {
    const before = await interrupted();
    await together(20, () => finish(before));
    expect(await listed()).to.have.lengthOf(2);
    expect(tally(await setting().events())).to.deep.equal({ 'enrolment.created': 1, 'recovery.created': 1 });
  });

  it('stores the codes of a visit that was interrupted before they were stored [R23]', async () => {
    const begun = await begin();
    const shows = acceptedBy(await confirm(begun, { typed: await codeFor(begun) }));
    const set = (await listed()).find((each) => !isFactor(each));
    await setting().stores.enrolments.remove(account.id, set?.id ?? '');
    setting().forget('audit');
    expect(await finish(shows)).to.deep.equal(shows);
    expect((await listed()).map(({ id }) => id)).to.include(set?.id);
    expect(await setting().events()).to.deep.equal(['recovery.created']);
  });

  it('is not finished for a frozen account, or for a factor that is removed again [R23]', async () => {
    const before = await interrupted();
    const { accounts, enrolments } = setting().stores;
    await accounts.setFrozen(account.id, NOW);
    expect(await finish(before)).to.equal(null);
    await accounts.setFrozen(account.id, null);
    await enrolments.remove(account.id, before.pendingEnrolment?.enrolmentId ?? '');
    expect(await finish(before)).to.equal(null);
    expect(await setting().events()).to.deep.equal([]);
  });
});
