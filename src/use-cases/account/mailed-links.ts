/** The links in our mails: one confirms an address, the other reports "it was not me". */
import type { Account } from '../../domain/account.ts';
import { methodSentTo } from '../../domain/methods/index.ts';
import { accepted, type Outcome, refused } from '../../domain/refusal.ts';
import { hasEnded } from '../../domain/sign-in/ending.ts';
import type { EventLog } from '../../ports/events.ts';
import type { AccountStore, OnceStore, TrustedBrowserStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';
import type { EndSessions } from '../sign-in/end-sessions.ts';
import { LINK_LIFETIME_MS, type LinkContent, type LinkTokens } from './link-tokens.ts';

interface MailedLinksDeps {
  readonly accounts: Pick<AccountStore, 'findById' | 'confirmEmail' | 'setFrozen'>;
  readonly onceKeys: Pick<OnceStore, 'claim'>;
  readonly endSessions: Pick<EndSessions, 'all'>;
  readonly trustedBrowsers: Pick<TrustedBrowserStore, 'removeAll'>;
  readonly tokens: Pick<LinkTokens, 'read'>;
  readonly events: EventLog;
  readonly clock: Clock;
}

/** A link, and the account that it is for. */
export interface FoundLink extends LinkContent {
  readonly account: Account;
  /** It is from before an ending of its account: what it reports was handled, or has ended in another way. */
  readonly isOutdated: boolean;
}

export function createMailedLinks(needs: MailedLinksDeps) {
  const { accounts, onceKeys, endSessions, trustedBrowsers, tokens, events, clock } = needs;

  /**
   * The account and the e-mail address of a link. Null when the link is forged or too old, or the account is gone.
   * "It was not me" counts for a former address too, because an intruder may have changed it.
   */
  async function whose(use: 'confirm-email' | 'not-me', token: string): Promise<FoundLink | null> {
    const read = tokens.read(use, token);
    if (!read) return null;
    const account = await accounts.findById(read.id);
    if (!account) return null;
    const isBefore = hasEnded(read.issuedAt, account);
    if (use === 'confirm-email')
      return isBefore || account.email !== read.email ? null : { ...read, account, isOutdated: false };
    // Until an operator has looked, a repeated report completes what a failure has interrupted.
    return { ...read, account, isOutdated: isBefore && account.frozenAt === null };
  }

  /** Audits the use of an outdated link: once for each link, because mail scanners open links too. */
  async function refuseReport({ account, issuedAt, expiresAt }: FoundLink, ip: string): Promise<void> {
    const { id, tenantId } = account;
    if (!(await onceKeys.claim(`report-refused:${id}:${issuedAt}`, expiresAt))) return;
    const line = { accountId: id, tenantId, ip };
    await events.append({ ...line, name: 'account.report_refused', reason: 'session_expired' });
  }

  /** Confirms the address that the mail went to, if it is still the account's. A repeated call changes nothing. */
  async function confirmEmail(token: string, ip: string): Promise<Outcome<Account>> {
    const found = await whose('confirm-email', token);
    if (!found) return refused({ code: 'session_expired' });
    const { account } = found;
    if (account.emailConfirmed) return accepted(account);
    if (!(await accounts.confirmEmail(account.id, account.email, clock.now()))) {
      return refused({ code: 'session_expired' });
    }
    const line = { accountId: account.id, tenantId: account.tenantId, ip };
    await events.append({ ...line, name: 'contact.confirmed', method: methodSentTo('address') });
    return accepted({ ...account, emailConfirmed: true });
  }

  /**
   * Handles "it was not me". Ends everything that was begun or issued before, and removes the trust of every browser.
   * Factors can't be changed until an administrator has looked. Notifies the tenant's administrators. A link from before
   * that look, or from before a later ending, freezes nothing again.
   */
  async function report(token: string, ip: string): Promise<Outcome<Account>> {
    const found = await whose('not-me', token);
    if (!found) return refused({ code: 'session_expired' });
    if (found.isOutdated) {
      await refuseReport(found, ip);
      return refused({ code: 'session_expired' });
    }
    const { id, tenantId } = found.account;
    const now = clock.now();
    // Frozen first, so that an intruder's open session cannot undo the following steps.
    await accounts.setFrozen(id, now);
    const [account] = await Promise.all([
      accounts.findById(id),
      trustedBrowsers.removeAll(id),
      endSessions.all(id, null),
    ]);
    if (!account) return refused({ code: 'session_expired' });
    // One event for each freeze. A second click appends none, and a retry after a failure still does.
    const isFirst = await onceKeys.claim(
      `reported:${id}:${account.frozenAt}`,
      now + LINK_LIFETIME_MS['not-me'],
    );
    if (!isFirst) return accepted(account);
    await events.append({ name: 'account.reported', account, accountId: id, tenantId, ip });
    return accepted(account);
  }

  return { whose, confirmEmail, report, refuseReport };
}

export type MailedLinks = ReturnType<typeof createMailedLinks>;
