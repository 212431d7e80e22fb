/** Removing factors at the same time, where one of them has to stay. */
import { expect } from 'chai';
import { ADDRESS, aTenant, codeOf, freshSetting, SECRET } from './setting.ts';

describe('self-service, in two tabs at once', () => {
  const setting = freshSetting({ tenants: [aTenant('strict', { enforcement: 'required' })] });

  it('A53 leaves a factor where one is required, and says so to whoever relied on the other', async () => {
    const account = await setting().person({
      tenantId: 'strict',
      factors: [
        { method: 'totp', secret: SECRET },
        { method: 'totp', secret: 'NXUDEDWYJLU4KT2NCK3K42UBFT6AJJ2V' },
      ],
    });
    const judgement = await setting().judged(account);
    const outcomes = await Promise.all(
      judgement.enrolments.map(({ id }) => setting().selfService.remove(judgement, id, ADDRESS)),
    );
    expect(outcomes.map(codeOf)).to.include('enforced');
    const left = await setting().stores.enrolments.listByAccount(account.id);
    expect(left).to.have.length.of.at.least(1);
    expect(await setting().events()).to.have.length(2 - left.length);
  });
});
