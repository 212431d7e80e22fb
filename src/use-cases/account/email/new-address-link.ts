/** The link in a mail to a new address: it counts while the account still waits for this address. */
import type { Account } from '../../../domain/account.ts';
import type { PolicyResult } from '../../../domain/policy/policy.ts';
import type { Outcome } from '../../../domain/refusal.ts';
import type { PendingEmail } from '../../../domain/self-service/email-change.ts';
import { hasEnded } from '../../../domain/sign-in/ending.ts';
import type { AccountStore } from '../../../ports/stores.ts';
import type { CountedSend } from '../../second-factor/send-limits.ts';
import type { LinkTokens, LinkUse } from '../link-tokens.ts';

/** The URL of the page that confirms a new address. */
export type NewAddressLink = (account: Account, pending: PendingEmail) => string;

/** Counts a mail to an address that nobody has proven yet, as a code is counted. */
export type CountMail = (
  of: Pick<PolicyResult, 'account' | 'tenant'>,
  email: string,
) => Promise<Outcome<CountedSend>>;

interface Asked {
  readonly use: LinkUse;
  readonly token: string;
  readonly pendingOf: (account: Account) => PendingEmail | null;
}

/** Null for a link that is forged, too old, used, stopped, replaced by a newer one, or from before an ending. */
export async function matchingLink(
  deps: {
    readonly tokens: Pick<LinkTokens, 'read'>;
    readonly accounts: Pick<AccountStore, 'findById'>;
  },
  { use, token, pendingOf }: Asked,
): Promise<{ readonly account: Account; readonly email: string } | null> {
  const read = deps.tokens.read(use, token);
  const account = read && (await deps.accounts.findById(read.id));
  const pending = account && pendingOf(account);
  if (!pending || pending.email !== read.email || pending.linkIssuedAt !== read.issuedAt) return null;
  return hasEnded(read.issuedAt, account) ? null : { account, email: read.email };
}
