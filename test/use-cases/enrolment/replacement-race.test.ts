/** A replacement at the same time as a removal of the new factor: one of the two stays. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { isFactor } from '../../../src/domain/enrolment/enrolment.ts';
import type { EnrolmentStore } from '../../../src/ports/stores.ts';
import { createReplaceFactor } from '../../../src/use-cases/enrolment/replacement.ts';
import { anEnrolment, aTransaction } from '../../contracts/examples.ts';
import { aTenant, freshSetting, SECRET } from '../setting.ts';

describe('a replacement, at the same time as a removal', () => {
  const setting = freshSetting({ tenants: [aTenant('acme', { enforcement: 'required' })] });
  let account: Account;
  let oldId: string;
  let newId: string;

  beforeEach(async () => {
    const factors = [
      { method: 'totp', secret: SECRET },
      { method: 'totp', secret: 'NXUDEDWYJLU4KT2NCK3K42UBFT6AJJ2V' },
    ] as const;
    account = await setting().person({ factors });
    [oldId = '', newId = ''] = (await stored()).map(({ id }) => id);
  });

  const stored = async () => (await setting().stores.enrolments.listByAccount(account.id)).filter(isFactor);

  async function replace(change: Partial<EnrolmentStore> = {}, isRepeated = false) {
    const enrolments = { ...setting().stores.enrolments, ...change };
    const replaces = { enrolmentId: oldId, method: 'totp' } as const;
    const pendingEnrolment = { enrolmentId: newId, method: 'totp', secret: null, replaces } as const;
    const policyResult = await setting().evaluated(account);
    const replaceFactor = createReplaceFactor({ enrolments });
    return replaceFactor(aTransaction({ pendingEnrolment }), policyResult, newId, isRepeated);
  }

  it('removes the old factor, and tells its method', async () => {
    expect(await replace()).to.equal('totp');
    expect((await stored()).map(({ id }) => id)).to.deep.equal([newId]);
  });

  it('restores the old factor as it was when the new one goes in the same moment [4.3 A53]', async () => {
    const { enrolments } = setting().stores;
    const [old] = await stored();
    const remove: EnrolmentStore['remove'] = async (accountId, id) => {
      await enrolments.remove(accountId, newId);
      return enrolments.remove(accountId, id);
    };
    expect(await replace({ remove })).to.equal(null);
    expect(await stored()).to.deep.equal([old]);
  });

  it('tells nothing of an old factor that another request has removed in the same moment [4.3]', async () => {
    const { enrolments } = setting().stores;
    const remove: EnrolmentStore['remove'] = async (accountId, id) => {
      await enrolments.remove(accountId, id);
      return enrolments.remove(accountId, id);
    };
    expect(await replace({ remove })).to.equal(null);
    expect((await stored()).map(({ id }) => id)).to.deep.equal([newId]);
  });

  it('tells of an old factor that is gone only where its own request may have removed it [4.3 R23]', async () => {
    await setting().stores.enrolments.remove(account.id, oldId);
    expect(await replace()).to.equal(null);
    expect(await replace({}, true)).to.equal('totp');
  });

  it('keeps the old factor when the new one was removed before it, whatever else there is [4.3]', async () => {
    await setting().stores.enrolments.insert(
      anEnrolment({ id: 'mail', accountId: account.id, method: 'email' }),
    );
    const policyResult = await setting().evaluated(account);
    await setting().stores.enrolments.remove(account.id, newId);
    const replaces = { enrolmentId: oldId, method: 'totp' } as const;
    const pendingEnrolment = { enrolmentId: newId, method: 'totp', secret: null, replaces } as const;
    const replaceFactor = createReplaceFactor(setting().stores);
    expect(await replaceFactor(aTransaction({ pendingEnrolment }), policyResult, newId, false)).to.equal(
      null,
    );
    expect((await stored()).map(({ id }) => id)).to.have.members([oldId, 'mail']);
  });
});
