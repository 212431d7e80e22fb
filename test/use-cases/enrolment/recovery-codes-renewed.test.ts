/** New recovery codes in the place of those that were lost, seen or used up. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { isFactor } from '../../../src/domain/enrolment/enrolment.ts';
import type { SignInTransaction } from '../../../src/domain/sign-in/transaction.ts';
import { StoreUnavailable } from '../../../src/ports/faults.ts';
import { createRecovery } from '../../../src/use-cases/enrolment/recovery-codes.ts';
import { NOW } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import { sendingIn } from '../second-factor/sending.ts';
import { ADDRESS, acceptedBy, aTenant, codeOf, freshSetting } from '../setting.ts';
import { appSetUp } from './app-enrolment.ts';

const FROM = { ip: ADDRESS, clientId: null };

describe('renewed recovery codes', () => {
  const setting = freshSetting({ tenants: [aTenant('acme', { enforcement: 'required' })] });
  const { begin, confirm, codeFor } = appSetUp(setting, () => account);
  const { verify } = sendingIn(setting);
  let account: Account;

  beforeEach(async () => {
    account = await setting().person();
  });

  /** Sets up an app, and gives the codes that came with it. */
  async function setUp(): Promise<{ codes: readonly string[] }> {
    const begun = await begin();
    const transaction = acceptedBy(await confirm(begun, { typed: await codeFor(begun) }));
    return { codes: setting().recovery.shown(transaction) };
  }

  const sets = async () =>
    (await setting().stores.enrolments.listByAccount(account.id)).filter((each) => !isFactor(each));
  const left = async () => setting().recovery.left(await setting().evaluated(account));
  const use = async (code = '') => verify(await setting().atCode(account), 'recovery', code);

  async function renew(transaction?: SignInTransaction) {
    const from = transaction ?? (await setting().begun(account));
    return setting().recovery.renew(from, await setting().evaluated(account), FROM);
  }

  it('are ten, and replace all earlier ones', async () => {
    const { codes } = await setUp();
    acceptedBy(await use(codes[0]));
    const shown = setting().recovery.shown(acceptedBy(await renew()).transaction);
    expect(shown).to.have.length(10);
    expect(await sets()).to.have.length(1);
    expect(await left()).to.equal(10);
    expect(codeOf(await use(codes[1]))).to.equal('code_invalid');
    expect(codeOf(await use(shown[1]))).to.equal('ok');
    expect(setting().told.at(-2)).to.deep.equal({ accountId: account.id, topic: 'recovery-made' });
  });

  it('are one set after two simultaneous clicks', async () => {
    await setUp();
    const transaction = await setting().begun(account);
    const outcomes = (await together(2, () => renew(transaction))).map(acceptedBy);
    expect(await sets()).to.have.length(1);
    const [shown, again] = outcomes.map((each) => setting().recovery.shown(each.transaction));
    expect(outcomes.map(({ setId }) => setId)).to.have.members([(await sets())[0]?.id, null]);
    expect(shown).to.deep.equal(again);
    expect(codeOf(await use(shown?.[0]))).to.equal('ok');
  });

  it('are refused to an account without a factor', async () => {
    expect(codeOf(await renew())).to.equal('method_not_allowed');
    expect(await sets()).to.deep.equal([]);
  });

  it('are refused to a frozen account', async () => {
    const { codes } = await setUp();
    await setting().stores.accounts.setFrozen(account.id, NOW);
    expect(codeOf(await renew())).to.equal('forbidden');
    expect(codeOf(await use(codes[0]))).to.equal('ok');
  });

  for (const deadline of [1, 2, 3]) {
    it(`are valid if they were shown, else the old ones are, after an interruption at write ${deadline} [R23]`, async () => {
      const { codes } = await setUp();
      const transaction = await setting().begun(account);
      const { enrolments, transactions } = setting().stores;
      let writes = 0;
      const writing = <T>(write: () => Promise<T>): Promise<T> => {
        writes += 1;
        return writes < deadline ? write() : Promise.reject(new StoreUnavailable('it was killed'));
      };
      const recovery = createRecovery({
        ...setting().needs,
        enrolments: {
          ...enrolments,
          insert: (set) => writing(() => enrolments.insert(set)),
          remove: (who, id) => writing(() => enrolments.remove(who, id)),
        },
        transactions: { ...transactions, save: (next) => writing(() => transactions.save(next)) },
      });
      const policyResult = await setting().evaluated(account);
      const fault = await recovery.renew(transaction, policyResult, FROM).catch((error: unknown) => error);
      expect(fault).to.be.instanceOf(StoreUnavailable);
      const later = await transactions.find(transaction.uid, NOW);
      const shown = later ? setting().recovery.shown(later) : [];
      expect(shown.length).to.equal(deadline < 3 ? 0 : 10);
      for (const code of [codes[0], ...shown.slice(0, 1)]) expect(codeOf(await use(code))).to.equal('ok');
    });
  }
});
