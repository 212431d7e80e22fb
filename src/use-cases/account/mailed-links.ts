/** The links in our mails: one confirms an address, the other reports "it was not me". */
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

/** The purpose of a link. */
type Use = 'confirm-email' | 'not-me';

/** A mail may stay unread for a weekend. A change may be noticed only after a holiday. */
const LIFETIME_MS: Readonly<Record<Use, number>> = {
  'confirm-email': 3 * 24 * 60 * 60 * 1000,
  'not-me': 30 * 24 * 60 * 60 * 1000,
};

/** The encryption key of a link must stay for this time. */
export const LONGEST_LINK_MS = Math.max(...Object.values(LIFETIME_MS));

export function createMailedLinks(needs: MailedLinksDeps) {
  const { accounts, onceKeys, records, trustedBrowsers, notify, cipher, auditLog, clock } = needs;

  /** The token of a link. It is encrypted, so that it reveals nothing and cannot be forged. */
  function tokenFor(use: Use, { id, email }: Pick<Account, 'id' | 'email'>): string {
    return cipher.encrypt(JSON.stringify([id, email, clock.now() + LIFETIME_MS[use]]), use);
  }

  /**
   * The account and the e-mail address of a link. Null when the link is forged or too old, or the account is gone.
   * "It was not me" counts for a former address too, because an intruder may have changed it.
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

  /** Confirms the address that the mail went to, if it is still the account's. A repeated call changes nothing. */
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
   * Handles "it was not me". Ends every session and all that was issued from it, and removes the trust of every
   * browser. Factors can't be changed until an administrator has looked. Notifies the tenant's administrators.
   */
  async function report(token: string, ip: string): Promise<Outcome<Account>> {
    const found = await whose('not-me', token);
    if (!found) return refused({ code: 'session_expired' });
    const { id, tenantId } = found.account;
    const now = clock.now();
    // Frozen first, so that an intruder's open session cannot undo the following steps.
    await accounts.setFrozen(id, now);
    const live = await records.listByAccount(id, now);
    const ending = live.map(({ sessionUid }) => records.remove(sessionUid));
    const [account] = await Promise.all([accounts.findById(id), trustedBrowsers.removeAll(id), ...ending]);
    if (!account) return refused({ code: 'session_expired' });
    // One notice for each freeze. A second click sends none, and a retry after a failure still does.
    const isFirst = await onceKeys.claim(`reported:${id}:${account.frozenAt}`, now + LIFETIME_MS['not-me']);
    if (!isFirst) return accepted(account);
    await auditLog({ accountId: id, tenantId, ip, event: 'account.reported' });
    await notify(account, { topic: 'reported' });
    return accepted(account);
  }

  return { tokenFor, whose, confirmEmail, report };
}

export type MailedLinks = ReturnType<typeof createMailedLinks>;
