/** Setting up a factor whose steps send codes, for tests that vary one of them. */
import type { Account } from '../../../src/domain/account.ts';
import type { MethodName } from '../../../src/domain/methods/method.ts';
import type { Outcome } from '../../../src/domain/refusal.ts';
import type { Progress } from '../../../src/domain/sign-in/transaction.ts';
import type { SentStep } from '../../../src/use-cases/enrolment/enrolment.ts';
import { ADDRESS, acceptedBy, type Setting } from '../setting.ts';

/** By whoever `account` is when a step is taken. */
export function codeSetUp(setting: () => Setting, account: () => Account) {
  const judged = () => setting().judged(account());

  async function begin(method: MethodName, at?: Progress): Promise<Progress> {
    const from = at ?? (await setting().begun(account()));
    return acceptedBy(await setting().enrolment.begin(from, await judged(), method));
  }

  async function tryToSend(
    at: Progress,
    step: SentStep,
    phone: string | null = null,
    seen: string | null = null,
  ): Promise<Outcome<Progress>> {
    const from = { address: ADDRESS, clientId: 'rp', phone, seen };
    return setting().enrolment.send(at, await judged(), step, from);
  }

  async function send(at: Progress, step: SentStep, phone: string | null = null): Promise<Progress> {
    return acceptedBy(await tryToSend(at, step, phone));
  }

  async function confirm(at: Progress, step: SentStep | 'totp', typed: string): Promise<Outcome<Progress>> {
    const given = { typed, label: '', app: '', address: ADDRESS, clientId: 'rp' };
    return setting().enrolment.confirm(at, await judged(), step, given);
  }

  return {
    begin,
    tryToSend,
    send,
    confirm,
    view: async (at: Progress, step: SentStep) => setting().enrolment.sentBy(at, await judged(), step),
    methods: async () =>
      (await setting().stores.enrolments.listByAccount(account().id)).map(({ method }) => method),
    stored: () => setting().stores.accounts.findById(account().id),
  };
}
