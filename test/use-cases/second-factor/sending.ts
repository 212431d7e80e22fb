/** Signing in by codes that are sent, step by step, for tests that vary one of the steps. */
import type { Account } from '../../../src/domain/account.ts';
import type { MethodName } from '../../../src/domain/methods/method.ts';
import type { Outcome } from '../../../src/domain/refusal.ts';
import type { SignInContext } from '../../../src/use-cases/second-factor/sign-in-context.ts';
import { acceptedBy, type Setting, typing } from '../setting.ts';

export const EMAIL = 'bob@acme.test';
export const PHONE = '+31612345678';

/** A person whom codes reach by mail and by SMS, with an authenticator app beside them. */
export const REACHABLE = { emailConfirmed: true, phone: PHONE } as const;

/** The sending that the page with the button told of; null: it was the chooser's button. */
type Button = { readonly seen: string | null } | null;

export function sendingIn(setting: () => Setting) {
  async function tryToAsk(
    context: SignInContext,
    method: MethodName,
    button: Button = null,
  ): Promise<Outcome<SignInContext>> {
    const { secondFactor } = setting();
    const policyResult = await secondFactor.evaluate(context);
    if (!policyResult) throw new Error('no account to evaluate');
    const outcome = await secondFactor.ask(context, policyResult, method, button);
    return outcome.ok ? { ok: true, value: { ...context, transaction: outcome.value } } : outcome;
  }

  /** The sign-in after a code was sent. */
  async function ask(
    context: SignInContext,
    method: MethodName,
    button: Button = null,
  ): Promise<SignInContext> {
    return acceptedBy(await tryToAsk(context, method, button));
  }

  return {
    tryToAsk,
    ask,
    /** By the button of the page that tells of the newest sending. */
    resend: async (context: SignInContext, method: 'email' | 'sms') =>
      tryToAsk(context, method, { seen: seenBy(context, method) }),
    /** A new sign-in of the account, up to where a code was sent. */
    askedBy: async (account: Account, method: 'email' | 'sms') =>
      ask(await setting().atCode(account), method),
    verify: (context: SignInContext, method: MethodName, code: string) =>
      setting().secondFactor.verifyCode(context, method, typing(code)),
    /** How many messages went out, of all or to one place. */
    sent: async (to?: string) =>
      (await setting().outbox()).filter((message) => to === undefined || message.to === to).length,
  };
}

/** Gives the transport of a sent code, as its page names it. */
export function seenBy({ transaction }: SignInContext, method: MethodName): string {
  return transaction.challenges.find((each) => each.method === method)?.id ?? '';
}
