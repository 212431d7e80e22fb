/** Somebody whose codes would be mailed, to an address that is not (any more) confirmed: what is missing, and a link for it. */
import type { Account } from '../../domain/account.ts';
import type { Visitor } from '../../domain/enrolment/steps.ts';
import type { Methods } from '../../domain/methods/index.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import { accepted, type Outcome, type Refusal, refused } from '../../domain/refusal.ts';
import type { CountSend } from '../../domain/sign-in/sending.ts';
import type { Messenger } from '../../ports/senders.ts';
import type { AuditLog } from '../../ports/system.ts';

interface AddressConfirmationDeps {
  readonly methods: Pick<Methods, 'email'>;
  readonly messenger: Messenger;
  readonly countSend: CountSend;
  /** Where the account's address can be confirmed; null: nowhere. */
  readonly confirmUrl: (account: Account) => string | null;
  readonly auditLog: AuditLog;
}

/** The policy's word on the same sign-in, for other facts. */
type Again = (snapshot: PolicyResult) => Promise<PolicyResult | null>;

export interface MissingConfirmation {
  /** Masked. */
  readonly destination: string;
  /** A link can be mailed there. */
  readonly hasLink: boolean;
}

export function createAddressConfirmation(needs: AddressConfirmationDeps) {
  const { methods, messenger, countSend, confirmUrl, auditLog } = needs;

  /** What is shown of it; null when the sign-in would be no further with a confirmed address. */
  async function missing(policyResult: PolicyResult, again: Again): Promise<MissingConfirmation | null> {
    const { account, decision } = policyResult;
    if (decision.kind !== 'refuse' || account.emailConfirmed || !methods.email) return null;
    const then = await again({ ...policyResult, account: { ...account, emailConfirmed: true } });
    const helps = then?.decision.kind === 'prove' && then.decision.methods.includes('email');
    if (!helps) return null;
    return { destination: methods.email.masked(account.email), hasLink: confirmUrl(account) !== null };
  }

  /** Mails the link, to the account's own address alone; counted as a code is. */
  async function send(policyResult: PolicyResult, again: Again, from: Visitor): Promise<Outcome<null>> {
    const { account, tenant } = policyResult;
    const said = async (refusal: Refusal | null) => {
      const reason = refusal?.code ?? null;
      const line = { ...from, accountId: account.id, tenantId: tenant.id, method: 'email', reason };
      await auditLog({ ...line, event: 'contact.link_asked' });
      return refusal === null ? accepted(null) : refused(refusal);
    };
    const url = (await missing(policyResult, again)) && confirmUrl(account);
    if (url === null) return said({ code: 'method_not_allowed' });
    const to = { channel: 'email', to: account.email, tenantId: tenant.id, locale: account.locale } as const;
    const what = { method: 'email', purpose: 'sign-in', destination: account.email } as const;
    const counted = await countSend(policyResult, what);
    if (!counted.ok) return said(counted.refusal);
    const isHandedOver = await messenger.send(to, { kind: 'confirm-address', confirmUrl: url });
    return said(isHandedOver ? null : { code: 'delivery_failed' });
  }

  return { missing, send };
}

export type AddressConfirmation = ReturnType<typeof createAddressConfirmation>;
