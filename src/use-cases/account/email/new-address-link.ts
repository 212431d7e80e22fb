/** The link in a mail to a new address: it counts while the account still waits for this address. */
import type { Account, Locale } from '../../../domain/account.ts';
import type { PolicyResult } from '../../../domain/policy/policy.ts';
import { accepted, type Outcome, refused } from '../../../domain/refusal.ts';
import type { PendingEmail } from '../../../domain/self-service/email-change.ts';
import { beginningAt, hasEnded } from '../../../domain/sign-in/ending.ts';
import type { MessageTemplate, Messenger, Recipient } from '../../../ports/senders.ts';
import type { AccountStore } from '../../../ports/stores.ts';
import type { Clock } from '../../../ports/system.ts';
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

interface LinkReader {
  readonly tokens: Pick<LinkTokens, 'read'>;
  readonly accounts: Pick<AccountStore, 'findById'>;
}

/** Null for a link that is forged, too old, used, stopped, replaced by a newer one, or from before an ending. */
export async function matchingLink(
  deps: LinkReader,
  { use, token, pendingOf }: Asked,
): Promise<{ readonly account: Account; readonly email: string } | null> {
  const read = deps.tokens.read(use, token);
  const account = read && (await deps.accounts.findById(read.id));
  const pending = account && pendingOf(account);
  if (!pending || pending.email !== read.email || pending.linkIssuedAt !== read.issuedAt) return null;
  return hasEnded(read.issuedAt, account) ? null : { account, email: read.email };
}

/** The account that has the address of the link by now. Null when it has another one, or is gone. */
export async function doneByLink(
  { tokens, accounts }: LinkReader,
  use: LinkUse,
  token: string,
  addressOf: (account: Account) => string | null,
): Promise<Account | null> {
  const read = tokens.read(use, token);
  const account = read && (await accounts.findById(read.id));
  return account && addressOf(account) === read.email ? account : null;
}

interface NewAddressMail {
  readonly email: string;
  readonly locale: Locale;
  /** The mail, when it is counted already. */
  readonly counted?: CountedSend | undefined;
  /** The property of the account in which the address waits. */
  readonly field: 'pendingEmail' | 'pendingNotificationEmail';
  /** The mail, and the account whose tenant and language it has; null: those of this account and its page. */
  readonly mailOf: (
    pending: PendingEmail,
  ) => Promise<{ readonly message: MessageTemplate; readonly owner: Account | null }>;
}

/** Stores the address that waits, and mails to it. A mail that is not handed over leaves the account as it was. */
export async function mailNewAddress(
  deps: {
    readonly accounts: Pick<AccountStore, 'update'>;
    readonly messenger: Messenger;
    readonly countMail: CountMail;
    readonly clock: Clock;
  },
  { account, tenant }: Pick<PolicyResult, 'account' | 'tenant'>,
  { email, locale, counted: before, field, mailOf }: NewAddressMail,
): Promise<Outcome<null>> {
  const { accounts, messenger, countMail, clock } = deps;
  const counted = before ? accepted(before) : await countMail({ account, tenant }, email);
  if (!counted.ok) return counted;
  const now = clock.now();
  const pending = { email, askedAt: now, linkIssuedAt: beginningAt(now, account) };
  const [{ message, owner }] = await Promise.all([
    mailOf(pending),
    accounts.update(account.id, { [field]: pending }, now),
  ]);
  const of = owner ?? { tenantId: tenant.id, locale };
  const to: Recipient = { channel: 'email', to: email, tenantId: of.tenantId, locale: of.locale };
  if (await messenger.send(to, message)) return accepted(null);
  await accounts.update(account.id, { [field]: account[field] }, now);
  await counted.value.takeBack();
  return refused({ code: 'delivery_failed' });
}
