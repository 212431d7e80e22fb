/** Mails a confirmation link to a person whose codes would go to an unconfirmed e-mail address. */
import type { Account, Locale } from '../../domain/account.ts';
import type { Visitor } from '../../domain/enrolment/steps.ts';
import type { Methods } from '../../domain/methods/index.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import { accepted, type Outcome, type Refusal, refused } from '../../domain/refusal.ts';
import type { EventLog } from '../../ports/events.ts';
import type { Messenger } from '../../ports/senders.ts';
import type { CountSend } from './send-limits.ts';
import type { SignInContext } from './sign-in-context.ts';
import type { SecondFactorUseCase } from './verify.ts';

interface AddressConfirmationDeps {
  readonly methods: Pick<Methods, 'toAddress'>;
  readonly evaluate: SecondFactorUseCase['evaluate'];
  readonly messenger: Messenger;
  readonly countSend: CountSend;
  /** The address of the page that confirms the account's e-mail. Null when there is none. */
  readonly confirmUrl: (account: Account) => string | null;
  readonly events: EventLog;
}

export interface MissingConfirmation {
  /** Masked. */
  readonly destination: string;
  /** Whether a link can be mailed there. */
  readonly hasLink: boolean;
}

/** A link that is mailed once, however often it is asked for under the same id. */
export interface OnceLink {
  readonly id: string;
  /** The same each time. In milliseconds since the epoch. */
  readonly atMs: number;
  /** The end of its life, in milliseconds since the epoch. */
  readonly expiresAt: number;
}

export function createAddressConfirmation(needs: AddressConfirmationDeps) {
  const { evaluate, messenger, countSend, confirmUrl, events } = needs;
  const { toAddress } = needs.methods;

  /** Evaluates the sign-in as if the address were confirmed. Null when it would get no further then. */
  async function missing(
    context: SignInContext,
    policyResult: PolicyResult,
  ): Promise<MissingConfirmation | null> {
    const { account, decision } = policyResult;
    if (decision.kind !== 'refuse' || account.emailConfirmed || !toAddress) return null;
    const snapshot = { ...policyResult, account: { ...account, emailConfirmed: true } };
    const confirmed = await evaluate({ ...context, snapshot });
    const helps = confirmed?.decision.kind === 'prove' && confirmed.decision.methods.includes(toAddress.name);
    if (!helps) return null;
    return { destination: toAddress.masked(account.email), hasLink: confirmUrl(account) !== null };
  }

  /**
   * Mails the link to the account's own address, in the language of the page that asks; null: in that of the account. It
   * counts against the limits of sent codes. Null in the place of `confirmation`: it would be of no use.
   */
  async function send(
    { account, tenant }: Pick<PolicyResult, 'account' | 'tenant'>,
    confirmation: MissingConfirmation | null,
    from: Pick<Visitor, 'clientId'> & { readonly ip: string | null; readonly actor?: string },
    locale: Locale | null,
    once: OnceLink | null = null,
  ): Promise<Outcome<null>> {
    const noted = async (refusal: Refusal | null) => {
      const reason = refusal?.code ?? null;
      const line = {
        ...from,
        accountId: account.id,
        tenantId: tenant.id,
        method: toAddress?.name ?? null,
        reason,
        ...(once && { once: { key: `${once.id} ${reason ?? ''}`, atMs: once.atMs } }),
      };
      await events.append({ ...line, name: 'contact.link_asked' });
      return refusal === null ? accepted(null) : refused(refusal);
    };
    const url = confirmation && confirmUrl(account);
    if (url === null || !toAddress) return noted({ code: 'method_not_allowed' });
    const written = locale ?? account.locale;
    const to = { channel: toAddress.channel, to: account.email, tenantId: tenant.id, locale: written };
    const what = { method: toAddress.name, purpose: 'sign-in', destination: account.email } as const;
    const counted = await countSend({ account, tenant }, what, once?.id);
    if (!counted.ok) return noted(counted.refusal);
    const template = { kind: 'confirm-address', confirmUrl: url } as const;
    const isHandedOver = await (once
      ? messenger.send(to, { ...template, expiresAt: once.expiresAt }, once.id)
      : messenger.send(to, template));
    return noted(isHandedOver ? null : { code: 'delivery_failed' });
  }

  /** At the wish of an administrator, whatever the person's next sign-in needs. Does nothing for a confirmed address. */
  async function resend(
    of: Pick<PolicyResult, 'account' | 'tenant'>,
    { ip, actor }: { readonly ip: string | null; readonly actor: string },
    once: OnceLink | null = null,
  ): Promise<Outcome<null>> {
    const { account } = of;
    if (account.emailConfirmed) return accepted(null);
    const link = {
      destination: toAddress?.masked(account.email) ?? '',
      hasLink: confirmUrl(account) !== null,
    };
    return send(of, link, { ip, clientId: null, actor }, null, once);
  }

  return { missing, send, resend };
}

export type AddressConfirmation = ReturnType<typeof createAddressConfirmation>;
