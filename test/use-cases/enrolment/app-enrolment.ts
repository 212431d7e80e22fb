/** Setting up an authenticator app step by step, for tests that vary one of the steps. */
import type { Account } from '../../../src/domain/account.ts';
import { isFactor } from '../../../src/domain/enrolment/enrolment.ts';
import type { Progress } from '../../../src/domain/sign-in/transaction.ts';
import type { Confirmation } from '../../../src/use-cases/enrolment/enrolment.ts';
import { ADDRESS, acceptedBy, type Setting } from '../setting.ts';

/** By whoever `account` is when a step is taken. */
export function appSetUp(setting: () => Setting, account: () => Account) {
  async function begin(at?: Progress): Promise<Progress> {
    const { enrolment, begun, judged } = setting();
    const from = at ?? (await begun(account()));
    return acceptedBy(await enrolment.begin(from, await judged(account()), 'totp'));
  }

  async function secretOf(at: Progress): Promise<string> {
    return setting().enrolment.reveal(at, await setting().judged(account()))?.secret ?? '';
  }

  async function confirm(at: Progress, changes: Partial<Confirmation> = {}) {
    const given = { typed: '', label: '', app: '', address: ADDRESS, clientId: 'rp', ...changes };
    return setting().enrolment.confirm(at, await setting().judged(account()), 'totp', given);
  }

  return {
    begin,
    secretOf,
    confirm,
    codeFor: async (at: Progress, steps = 0) => setting().code(steps, await secretOf(at)),
    /** The factors that are stored, recovery codes not among them. */
    stored: async () => (await setting().stores.enrolments.listByAccount(account().id)).filter(isFactor),
  };
}
