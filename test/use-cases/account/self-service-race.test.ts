/** Removing factors at the same time, where one of them has to stay. */
import { expect } from 'chai';
import { anEnrolment } from '../../contracts/examples.ts';
import { ADDRESS, aTenant, codeOf, freshSetting, SECRET } from '../setting.ts';

describe('self-service, in two tabs at once', () => {
  const setting = freshSetting({
    tenants: [aTenant('open'), aTenant('strict', { enforcement: 'required' })],
  });
  const two = [
    { method: 'totp', secret: SECRET },
    { method: 'totp', secret: 'NXUDEDWYJLU4KT2NCK3K42UBFT6AJJ2V' },
  ] as const;

  it('keeps a factor where one is required, and tells the request that lost [A53]', async () => {
    const account = await setting().person({ tenantId: 'strict', factors: two });
    const policyResult = await setting().evaluated(account);
    const outcomes = await Promise.all(
      policyResult.enrolments.map(({ id }) => setting().selfService.remove(policyResult, id, ADDRESS)),
    );
    expect(outcomes.map(codeOf)).to.include('enforced');
    const left = await setting().stores.enrolments.listByAccount(account.id);
    expect(left).to.have.length.of.at.least(1);
    expect(await setting().events()).to.have.length(2 - left.length);
  });

  it('leaves no recovery codes behind when both of two factors go [A53]', async () => {
    const account = await setting().person({ tenantId: 'open', factors: two });
    await setting().stores.enrolments.insert(
      anEnrolment({ id: 'codes', accountId: account.id, method: 'recovery' }),
    );
    const policyResult = await setting().evaluated(account);
    const phones = policyResult.enrolments.filter(({ method }) => method === 'totp');
    const outcomes = await Promise.all(
      phones.map(({ id }) => setting().selfService.remove(policyResult, id, ADDRESS)),
    );
    expect(outcomes.map(codeOf)).to.deep.equal(['ok', 'ok']);
    expect(await setting().stores.enrolments.listByAccount(account.id)).to.deep.equal([]);
    expect(await setting().events()).to.deep.equal(Array(3).fill('enrolment.removed'));
  });
});
