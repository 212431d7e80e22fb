/** What the links in our mails do: confirm an address, or say "it was not me". */
import type { Account } from '../../domain/account.ts';
import { methodSentTo } from '../../domain/methods/index.ts';
import { accepted, type Outcome, refused } from '../../domain/refusal.ts';
import type { Notify } from '../../ports/senders.ts';
import type { AccountStore, OnceStore, SignInRecordStore, TrustedBrowserStore } from '../../ports/stores.ts';
import { type AuditLog, type Cipher, type Clock, SecretUnreadable } from '../../ports/system.ts';

interface MailedLinksDeps {
  readonly accounts: Pick<AccountStore, 'findById' | 'confirmEmail' | 'setFrozen'>;
  readonly onceKeys: Pick<OnceStore, 'claim'>;
  readonly records: Pick<SignInRecordStore, 'listByAccount' | 'remove'>;
  readonly trustedBrowsers: Pick<TrustedBrowserStore, 'removeAll'>;
  readonly notify: Notify;
  readonly cipher: Pick<Cipher, 'encrypt' | 'decrypt'>;
  readonly auditLog: AuditLog;
  readonly clock: Clock;
}

/** What a link is for. */
type Use = 'confirm-email' | 'not-me';

/** A mail may lie unread for a weekend; what happened may be noticed after a holiday. */
const LIFETIME_MS: Readonly<Record<Use, number>> = {
  'confirm-email': 3 * 24 * 60 * 60 * 1000,
  'not-me': 30 * 24 * 60 * 60 * 1000,
};

/** For so long the key that sealed a link has to stay. */
export const LONGEST_LINK_MS = Math.max(...Object.values(LIFETIME_MS));

export function createMailedLinks(needs: MailedLinksDeps) {
  const { accounts, onceKeys, records, trustedBrowsers, notify, cipher, auditLog, clock } = needs;

  /** The secret part of a link: sealed, so that it says nothing and nobody else can make one. */
  function tokenFor(use: Use, { id, email }: Pick<Account, 'id' | 'email'>): string {
    return cipher.encrypt(JSON.stringify([id, email, clock.now() + LIFETIME_MS[use]]), use);
  }

  /**
   * Whom the link was made for; null when it is none of ours, too old, or the account is gone. "It was not me" counts
   * for an address that is not the account's any more: that may be what somebody else has done.
   */
  async function whose(use: Use, token: string): Promise<{ account: Account; email: string } | null> {
    const [id, email, expiresAt] = read(use, token);
    if (typeof id !== 'string' || typeof email !== 'string' || typeof expiresAt !== 'number') return null;
    if (expiresAt <= clock.now()) return null;
    const account = await accounts.findById(id);
    const isGone = use === 'confirm-email' && account?.email !== email;
    return account && !isGone ? { account, email } : null;
  }

  function read(use: Use, token: string): readonly unknown[] {
    try {
      const read: unknown = JSON.parse(cipher.decrypt(token, use));
      return Array.isArray(read) ? read : [];
    } catch (error) {
      if (error instanceof SecretUnreadable || error instanceof SyntaxError) return [];
      throw error;
    }
  }

  /** Confirms the address that the mail went to, as long as it is the account's. Once more does no harm. */
  async function confirmEmail(token: string, ip: string): Promise<Outcome<Account>> {
    const found = await whose('confirm-email', token);
    if (!found) return refused({ code: 'session_expired' });
    const { account } = found;
    if (account.emailConfirmed) return accepted(account);
    if (!(await accounts.confirmEmail(account.id, account.email))) {
      return refused({ code: 'session_expired' });
    }
    const line = { accountId: account.id, tenantId: account.tenantId, ip };
    await auditLog({ ...line, event: 'contact.confirmed', method: methodSentTo('address') });
    return accepted({ ...account, emailConfirmed: true });
  }

  /**
   * Somebody says that a change was not theirs: every session and what was issued from it ends, no browser is trusted,
   * factors can't be changed until somebody in charge has looked, and the tenant's administrators are told.
   */
  async function report(token: string, ip: string): Promise<Outcome<Account>> {
    const found = await whose('not-me', token);
    if (!found) return refused({ code: 'session_expired' });
    const { id, tenantId } = found.account;
    const now = clock.now();
    // Frozen first: what an intruder still has open can then undo nothing.
    await accounts.setFrozen(id, now);
    const live = await records.listByAccount(id, now);
    const ending = live.map(({ sessionUid }) => records.remove(sessionUid));
    const [account] = await Promise.all([accounts.findById(id), trustedBrowsers.removeAll(id), ...ending]);
    if (!account) return refused({ code: 'session_expired' });
    // Once for each time that it was frozen: of two clicks one tells, and one after a failure still does.
    const isFirst = await onceKeys.claim(`reported:${id}:${account.frozenAt}`, now + LIFETIME_MS['not-me']);
    if (!isFirst) return accepted(account);
    await auditLog({ accountId: id, tenantId, ip, event: 'account.reported' });
    await notify(account, { topic: 'reported' });
    return accepted(account);
  }

  return { tokenFor, whose, confirmEmail, report };
}

export type MailedLinks = ReturnType<typeof createMailedLinks>;
