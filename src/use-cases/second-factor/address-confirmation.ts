/** Somebody whose codes would be mailed, to an address that is not (any more) confirmed: what is missing, and a link for it. */
import type { Account } from '../../domain/account.ts';
import type { Visitor } from '../../domain/enrolment/steps.ts';
import type { Methods } from '../../domain/methods/index.ts';
import type { Judgement } from '../../domain/policy/policy.ts';
import { accepted, type Outcome, type Refusal, refused } from '../../domain/refusal.ts';
import type { CountSend } from '../../domain/sign-in/sending.ts';
import type { Messenger } from '../../ports/senders.ts';
import type { Trail } from '../../ports/system.ts';

interface Needs {
  readonly methods: Pick<Methods, 'email'>;
  readonly messenger: Messenger;
  readonly countSend: CountSend;
  /** Where the account's address can be confirmed; null: nowhere. */
  readonly confirmUrl: (account: Account) => string | null;
  readonly trail: Trail;
}

/** The policy's word on the same sign-in, for other facts. */
type Again = (facts: Judgement) => Promise<Judgement | null>;

export interface MissingConfirmation {
  /** Masked. */
  readonly destination: string;
  /** A link can be mailed there. */
  readonly hasLink: boolean;
}

export function createAddressConfirmation(needs: Needs) {
  const { methods, messenger, countSend, confirmUrl, trail } = needs;

  /** What is shown of it; null when the sign-in would be no further with a confirmed address. */
  async function missing(judgement: Judgement, again: Again): Promise<MissingConfirmation | null> {
    const { account, decision } = judgement;
    if (decision.kind !== 'refuse' || account.emailConfirmed || !methods.email) return null;
    const then = await again({ ...judgement, account: { ...account, emailConfirmed: true } });
    const helps = then?.decision.kind === 'prove' && then.decision.methods.includes('email');
    if (!helps) return null;
    return { destination: methods.email.masked(account.email), hasLink: confirmUrl(account) !== null };
  }

  /** Mails the link, to the account's own address alone; counted as a code is. */
  async function send(judgement: Judgement, again: Again, from: Visitor): Promise<Outcome<null>> {
    const { account, tenant } = judgement;
    const said = async (refusal: Refusal | null) => {
      const reason = refusal?.code ?? null;
      const line = { ...from, accountId: account.id, tenantId: tenant.id, method: 'email', reason };
      await trail({ ...line, event: 'contact.link_asked' });
      return refusal === null ? accepted(null) : refused(refusal);
    };
    const url = (await missing(judgement, again)) && confirmUrl(account);
    if (url === null) return said({ code: 'method_not_allowed' });
    const to = { channel: 'email', to: account.email, tenantId: tenant.id, locale: account.locale } as const;
    const what = { method: 'email', purpose: 'sign-in', destination: account.email } as const;
    const counted = await countSend(judgement, what);
    if (!counted.ok) return said(counted.refusal);
    const isHandedOver = await messenger.tell(to, { kind: 'confirm-address', confirmUrl: url });
    return said(isHandedOver ? null : { code: 'delivery_failed' });
  }

  return { missing, send };
}

export type AddressConfirmation = ReturnType<typeof createAddressConfirmation>;
