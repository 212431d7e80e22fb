/** Setting up an authenticator app step by step, for tests that vary one of the steps. */
import type { Account } from '../../../src/domain/account.ts';
import { isFactor } from '../../../src/domain/enrolment/enrolment.ts';
import type { SignInTransaction } from '../../../src/domain/sign-in/transaction.ts';
import type { Confirmation } from '../../../src/use-cases/enrolment/enrolment.ts';
import { ADDRESS, acceptedBy, type Setting } from '../setting.ts';

/** By whoever `account` is when a step is taken. */
export function appSetUp(setting: () => Setting, account: () => Account) {
  async function begin(transaction?: SignInTransaction): Promise<SignInTransaction> {
    const { enrolment, begun, evaluated } = setting();
    const from = transaction ?? (await begun(account()));
    return acceptedBy(await enrolment.begin(from, await evaluated(account()), 'totp'));
  }

  async function secretOf(transaction: SignInTransaction): Promise<string> {
    return setting().enrolment.reveal(transaction, await setting().evaluated(account()))?.secret ?? '';
  }

  async function confirm(transaction: SignInTransaction, changes: Partial<Confirmation> = {}) {
    const given = { typed: '', label: '', app: '', ip: ADDRESS, clientId: 'rp', ...changes };
    return setting().enrolment.confirm(transaction, await setting().evaluated(account()), 'totp', given);
  }

  return {
    begin,
    secretOf,
    confirm,
    codeFor: async (transaction: SignInTransaction, steps = 0) =>
      setting().code(steps, await secretOf(transaction)),
    /** The factors that are stored, recovery codes not among them. */
    stored: async () => (await setting().stores.enrolments.listByAccount(account().id)).filter(isFactor),
  };
}
