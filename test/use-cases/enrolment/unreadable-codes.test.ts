/** Recovery codes that cannot be read, or whose renewal meets another change of the same visit. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { enrolmentPurpose } from '../../../src/domain/enrolment/enrolment.ts';
import { newCodesPurpose } from '../../../src/domain/sign-in/transaction.ts';
import { createAfterRecovery } from '../../../src/use-cases/enrolment/after-recovery.ts';
import { anEnrolment, NOW } from '../../contracts/examples.ts';
import { ADDRESS, acceptedBy, aTenant, cipher, codeOf, freshSetting, withTotp } from '../setting.ts';

const FROM = { ip: ADDRESS, clientId: null };

describe('recovery codes', () => {
  const setting = freshSetting({ tenants: [aTenant('acme')] });
  let account: Account;

  beforeEach(async () => {
    account = await setting().person(withTotp);
  });

  const evaluated = () => setting().evaluated(account);
  const sets = async () =>
    (await setting().stores.enrolments.listByAccount(account.id)).filter(
      ({ method }) => method === 'recovery',
    );

  /** A stored set with this secret. */
  async function insert(secret: string | null): Promise<void> {
    const of = { id: 'codes', accountId: account.id, method: 'recovery' } as const;
    await setting().stores.enrolments.insert(anEnrolment({ ...of, secret }));
  }

  const sealed = (text: string) =>
    cipher.encrypt(
      text,
      enrolmentPurpose({ id: 'codes', accountId: account.id, tenantId: 'acme', method: 'recovery' }),
    );

  for (const [what, secretOf] of [
    ['is empty', () => null],
    ['no key opens', () => 'v1.gone.nonce.body'],
    ['is no list', () => sealed('"AAAA-BBBB"')],
  ] as const) {
    it(`are none in a stored set that ${what}, and new ones take its place`, async () => {
      await insert(secretOf());
      expect(await setting().recovery.left(await evaluated())).to.equal(0);
      acceptedBy(await setting().recovery.renew(await setting().begun(account), await evaluated(), FROM));
      expect(await setting().recovery.left(await evaluated())).to.equal(10);
      expect((await sets()).map(({ id }) => id)).to.not.include('codes');
    });
  }

  it('are shown as none where a visit holds something else', async () => {
    const begun = await setting().begun(account);
    const newCodes = cipher.encrypt('{"code":"AAAA-BBBB"}', newCodesPurpose(begun));
    expect(setting().recovery.shown({ ...begun, newCodes })).to.deep.equal([]);
  });

  it('stay as they were when the visit of their renewal has changed meanwhile', async () => {
    acceptedBy(await setting().recovery.renew(await setting().begun(account), await evaluated(), FROM));
    const before = await sets();
    const begun = await setting().begun(account);
    const policyResult = await evaluated();
    await setting().stores.transactions.save({ ...begun, later: true });
    expect(codeOf(await setting().recovery.renew(begun, policyResult, FROM))).to.equal('session_expired');
    expect(await sets()).to.deep.equal(before);
    expect(await setting().events()).to.deep.equal(['recovery.created']);
  });

  it('are offered after a sign-in by one of them, and by nothing else', async () => {
    const { recovery, needs } = setting();
    const afterRecovery = createAfterRecovery({ recovery, available: needs.available });
    acceptedBy(await recovery.renew(await setting().begun(account), await evaluated(), FROM));
    const [set] = await sets();
    const [app] = (await evaluated()).enrolments;
    async function signedInBy(method: 'totp' | 'recovery', enrolmentId = '') {
      const begun = await setting().begun(account);
      const used = { method, enrolmentId, atMs: NOW } as const;
      const authentications = [...begun.authentications, used];
      return {
        ...begun,
        authentications,
        policyResult: await setting().evaluated(account, { authentications }),
      };
    }
    const byApp = await signedInBy('totp', app?.id);
    expect(afterRecovery.isDue(byApp, byApp.policyResult, undefined)).to.equal(false);
    expect(afterRecovery.choiceOf(byApp, byApp.policyResult)).to.equal(null);
    expect(await afterRecovery.stateOf(byApp, byApp.policyResult)).to.include({ left: 10, canSetUp: false });
    const byCode = await signedInBy('recovery', set?.id);
    expect(afterRecovery.isDue(byCode, byCode.policyResult, undefined)).to.equal(true);
    expect(afterRecovery.isDue(byCode, byCode.policyResult, 'login'), 'a prompt').to.equal(false);
    expect(afterRecovery.choiceOf(byCode, byCode.policyResult)?.methods).to.deep.equal(['totp']);
    await setting().stores.accounts.setFrozen(account.id, NOW);
    const frozen = { ...byCode.policyResult, account: { ...account, frozenAt: NOW } };
    expect(afterRecovery.choiceOf(byCode, frozen), 'frozen').to.equal(null);
    expect(await afterRecovery.stateOf(byCode, frozen)).to.include({ canRenew: false, canSetUp: false });
  });
});
