/** Setting up a factor whose steps send codes, for tests that vary one of them. */
import type { Account, Locale } from '../../../src/domain/account.ts';
import type { EnrolmentStep } from '../../../src/domain/enrolment/steps.ts';
import type { MethodName } from '../../../src/domain/methods/method.ts';
import type { Outcome } from '../../../src/domain/refusal.ts';
import type { SignInTransaction } from '../../../src/domain/sign-in/transaction.ts';
import { ADDRESS, acceptedBy, type Setting } from '../setting.ts';

/** By whoever `account` is when a step is taken. */
export function codeSetUp(setting: () => Setting, account: () => Account) {
  const evaluated = () => setting().evaluated(account());

  async function begin(method: MethodName, transaction?: SignInTransaction): Promise<SignInTransaction> {
    const from = transaction ?? (await setting().begun(account()));
    return acceptedBy(await setting().enrolment.begin(from, await evaluated(), method));
  }

  async function tryToSend(
    transaction: SignInTransaction,
    step: EnrolmentStep,
    phone: string | null = null,
    seen: string | null = null,
    locale: Locale = 'en',
  ): Promise<Outcome<SignInTransaction>> {
    const from = { ip: ADDRESS, clientId: 'rp', phone, seen, locale };
    return setting().enrolment.send(transaction, await evaluated(), step, from);
  }

  async function send(
    transaction: SignInTransaction,
    step: EnrolmentStep,
    phone: string | null = null,
  ): Promise<SignInTransaction> {
    return acceptedBy(await tryToSend(transaction, step, phone));
  }

  async function confirm(
    transaction: SignInTransaction,
    step: EnrolmentStep,
    typed: string,
  ): Promise<Outcome<SignInTransaction>> {
    const given = { typed, label: '', app: '', ip: ADDRESS, clientId: 'rp' };
    return setting().enrolment.confirm(transaction, await evaluated(), step, given);
  }

  return {
    begin,
    tryToSend,
    send,
    confirm,
    view: async (transaction: SignInTransaction, step: EnrolmentStep) =>
      setting().enrolment.sentBy(transaction, await evaluated(), step),
    methods: async () =>
      (await setting().stores.enrolments.listByAccount(account().id)).map(({ method }) => method),
    stored: () => setting().stores.accounts.findById(account().id),
  };
}
