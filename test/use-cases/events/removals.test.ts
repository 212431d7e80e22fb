/** The events of removed factors when a store fails between the removal and the end of the act. */
import { expect } from 'chai';
import { createFactors } from '../../../src/use-cases/administration/factors.ts';
import { ADDRESS, aTenant, freshSetting, withTotp } from '../setting.ts';

describe('the removal of a factor, when the store of lock-outs fails', () => {
  const setting = freshSetting({ tenants: [aTenant('acme', { enforcement: 'optional' })] });
  const away = new Error('away');
  const reset = () => Promise.reject(away);
  const ACTS = {
    'by its owner': async (id: string) => {
      const { evaluated, selfServiceWith, stores } = setting();
      const failing = selfServiceWith({ lockouts: { ...stores.lockouts, reset } });
      await failing.turnOff(await evaluated({ id }), ADDRESS);
    },
    'by an operator': async (id: string) => {
      const { needs, stores } = setting();
      await createFactors({ ...needs, actor: 'operator', lockouts: { ...stores.lockouts, reset } }).remove(
        id,
        'all',
      );
    },
  };
  const TOLD: Readonly<Record<string, string>> = {
    'by its owner': 'factor-removed',
    'by an operator': 'removed-by-administrator',
  };
  for (const [actor, remove] of Object.entries(ACTS)) {
    it(`is still in the audit log, and the owner is told: ${actor}`, async () => {
      const { id } = await setting().person(withTotp);
      const fault = await remove(id).then(
        () => null,
        (error: unknown) => error,
      );
      expect(fault).to.equal(away);
      expect(await setting().events()).to.deep.equal(['enrolment.removed']);
      expect(setting().told).to.deep.equal([{ accountId: id, topic: TOLD[actor], method: 'totp' }]);
    });
  }
});
