/** The changes that people make to their own second factor. */
import { expect } from 'chai';
import { BUILT_METHODS } from '../../../src/domain/methods/index.ts';
import type { MethodName } from '../../../src/domain/methods/method.ts';
import { secondFactorSubject } from '../../../src/domain/sign-in/attempts.ts';
import { NOW } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import { ADDRESS, aTenant, codeOf, freshSetting, NETWORK, refusalOf, SECRET } from '../setting.ts';

const TWO_PHONES = {
  factors: [
    { method: 'totp', secret: SECRET },
    { method: 'totp', secret: 'NXUDEDWYJLU4KT2NCK3K42UBFT6AJJ2V' },
  ],
} as const;
const ONE_PHONE = { factors: TWO_PHONES.factors.slice(0, 1) };

describe('self-service', () => {
  const setting = freshSetting({
    tenants: [
      aTenant('open', { groups: { finance: 'required' } }),
      aTenant('strict', { enforcement: 'required', methods: ['totp', 'email', 'sms'] }),
      aTenant('plain', { enforcement: 'off', methods: [] }),
    ],
  });

  async function who(tenantId: string, changes: Parameters<ReturnType<typeof setting>['person']>[0] = {}) {
    const account = await setting().person({ tenantId, email: `bob@${tenantId}.test`, ...changes });
    const subject = secondFactorSubject(account.id);
    await setting().stores.lockouts.addFailure(subject, 'totp', NOW);
    return {
      policyResult: await setting().evaluated(account),
      left: async () => (await setting().stores.enrolments.listByAccount(account.id)).length,
      failures: async () => (await setting().stores.lockouts.read(subject)).failures,
    };
  }

  describe('the offer of methods', () => {
    const BUILT: readonly MethodName[] = BUILT_METHODS;
    const ofThese = (...names: MethodName[]) => names.filter((name) => BUILT.includes(name));

    it('is every method that the tenant allows and this release supports [2.6]', async () => {
      expect(setting().selfService.offered((await who('strict')).policyResult)).to.deep.equal(
        ofThese('passkey', 'totp', 'sms', 'email'),
      );
    });

    it('excludes an eleventh factor of a kind [A19 A100]', async () => {
      const { policyResult } = await who('strict', ONE_PHONE);
      const [phone] = policyResult.enrolments;
      if (!phone) throw new Error('there is no phone');
      const offeredTo = (phones: number) => {
        const enrolments = Array.from({ length: phones }, (_, n) => ({ ...phone, id: `phone-${n}` }));
        return setting().selfService.offered({ ...policyResult, enrolments });
      };
      expect(offeredTo(9)).to.include('totp');
      expect(offeredTo(10)).to.include('sms').and.not.include('totp');
    });

    it('is empty where the tenant is off, except for an administrator', async () => {
      expect(setting().selfService.offered((await who('plain')).policyResult)).to.deep.equal([]);
      const boss = await who('plain', { email: 'boss@plain.test', role: 'admin' });
      expect(setting().selfService.offered(boss.policyResult)).to.deep.equal(ofThese('passkey', 'totp'));
    });
  });

  describe('turning off (1.6, 4.2)', () => {
    it('is refused where a factor is required, and nothing is removed [A53]', async () => {
      for (const { policyResult, left, failures } of [
        await who('strict', TWO_PHONES),
        await who('open', { groups: ['finance'], ...TWO_PHONES }),
      ]) {
        expect(setting().selfService.mayTurnOff(policyResult)).to.equal(false);
        expect(refusalOf(await setting().selfService.turnOff(policyResult, ADDRESS))).to.deep.equal({
          code: 'enforced',
        });
        expect(await left()).to.equal(2);
        expect(await failures()).to.deep.equal({ totp: 1 });
      }
      expect(await setting().events()).to.deep.equal([]);
    });

    for (const tenantId of ['open', 'plain']) {
      it(`removes every factor and its failures in a tenant called ${tenantId} [A53]`, async () => {
        const { policyResult, left, failures } = await who(tenantId, TWO_PHONES);
        expect(setting().selfService.mayTurnOff(policyResult)).to.equal(true);
        expect(codeOf(await setting().selfService.turnOff(policyResult, ADDRESS))).to.equal('ok');
        expect(await left()).to.equal(0);
        expect(await failures()).to.deep.equal({});
        expect(await setting().events()).to.deep.equal(['enrolment.removed', 'enrolment.removed']);
      });
    }
  });

  describe('removing a factor', () => {
    it('is refused for the last one where one is required [A53]', async () => {
      const { policyResult, left } = await who('strict', ONE_PHONE);
      const id = policyResult.enrolments[0]?.id ?? '';
      expect(refusalOf(await setting().selfService.remove(policyResult, id, ADDRESS))).to.deep.equal({
        code: 'enforced',
      });
      expect(await left()).to.equal(1);
    });

    it('removes the last one where none is required [A53]', async () => {
      const { policyResult, left, failures } = await who('open', ONE_PHONE);
      expect(
        codeOf(
          await setting().selfService.remove(policyResult, policyResult.enrolments[0]?.id ?? '', ADDRESS),
        ),
      ).to.equal('ok');
      expect(await left()).to.equal(0);
      expect(await failures()).to.deep.equal({});
    });

    for (const tenantId of ['strict', 'open']) {
      it(`removes one of two in a tenant called ${tenantId}, and keeps its failures [4.3]`, async () => {
        const { policyResult, left, failures } = await who(tenantId, TWO_PHONES);
        const [, tablet] = policyResult.enrolments;
        expect(codeOf(await setting().selfService.remove(policyResult, tablet?.id ?? '', ADDRESS))).to.equal(
          'ok',
        );
        expect(await left()).to.equal(1);
        expect(await failures()).to.deep.equal({ totp: 1 });
        const [event] = await setting().stores.audit.list({ limit: 10 });
        const { id: accountId } = policyResult.account;
        expect(event).to.include({
          event: 'enrolment.removed',
          accountId,
          tenantId,
          method: 'totp',
          ip: NETWORK,
        });
      });
    }

    it('treats a factor of another account as missing [A61]', async () => {
      const eve = await who('open', { email: 'eve@open.test', ...ONE_PHONE });
      const { policyResult } = await who('open', TWO_PHONES);
      const id = eve.policyResult.enrolments[0]?.id ?? '';
      expect(codeOf(await setting().selfService.remove(policyResult, id, ADDRESS))).to.equal('ok');
      expect(await eve.left()).to.equal(1);
      expect(await setting().events()).to.deep.equal([]);
    });

    for (const tenantId of ['strict', 'open']) {
      it(`is recorded once when the form is sent twice in a tenant called ${tenantId}`, async () => {
        const { policyResult, left } = await who(tenantId, TWO_PHONES);
        const id = policyResult.enrolments[0]?.id ?? '';
        await together(2, () => setting().selfService.remove(policyResult, id, ADDRESS));
        expect(await left()).to.equal(1);
        expect(await setting().events()).to.deep.equal(['enrolment.removed']);
      });
    }
  });
});
