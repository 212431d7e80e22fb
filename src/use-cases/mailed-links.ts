/** What the links in our mails do: confirm an address, or say "it was not me". */
import type { Account } from '../domain/account.ts';
import { accepted, type Outcome, refused } from '../domain/refusal.ts';
import type { Notify } from '../ports/senders.ts';
import type { AccountStore, SignInRecordStore, TrustedBrowserStore } from '../ports/stores.ts';
import { type Clock, type SecretBox, SecretUnreadable, type Trail } from '../ports/system.ts';

interface Needs {
  readonly accounts: Pick<AccountStore, 'findById' | 'confirmEmail' | 'setFrozen'>;
  readonly records: Pick<SignInRecordStore, 'listByAccount' | 'remove'>;
  readonly trustedBrowsers: Pick<TrustedBrowserStore, 'removeAll'>;
  readonly notify: Notify;
  readonly box: Pick<SecretBox, 'seal' | 'open'>;
  readonly trail: Trail;
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

export function createMailedLinks(needs: Needs) {
  const { accounts, records, trustedBrowsers, notify, box, trail, clock } = needs;

  /** The secret part of a link: sealed, so that it says nothing and nobody else can make one. */
  function tokenFor(use: Use, { id, email }: Pick<Account, 'id' | 'email'>): string {
    return box.seal(JSON.stringify([id, email, clock.now() + LIFETIME_MS[use]]), use);
  }

  /** Whom the link was made for; null when it is none of ours, too old, or the account is gone. */
  async function whose(use: Use, token: string): Promise<{ account: Account; email: string } | null> {
    const [id, email, expiresAt] = read(use, token);
    if (typeof id !== 'string' || typeof email !== 'string' || typeof expiresAt !== 'number') return null;
    if (expiresAt <= clock.now()) return null;
    const account = await accounts.findById(id);
    return account && { account, email };
  }

  function read(use: Use, token: string): readonly unknown[] {
    try {
      const read: unknown = JSON.parse(box.open(token, use));
      return Array.isArray(read) ? read : [];
    } catch (error) {
      if (error instanceof SecretUnreadable || error instanceof SyntaxError) return [];
      throw error;
    }
  }

  /** Confirms the address that the mail went to, as long as it is the account's. Once more does no harm. */
  async function confirmEmail(token: string, address: string): Promise<Outcome<Account>> {
    const found = await whose('confirm-email', token);
    if (!found || found.account.email !== found.email) return refused({ code: 'session_expired' });
    const { account } = found;
    if (account.emailConfirmed) return accepted(account);
    if (!(await accounts.confirmEmail(account.id, account.email))) {
      return refused({ code: 'session_expired' });
    }
    const line = { accountId: account.id, tenantId: account.tenantId, address };
    await trail({ ...line, event: 'contact.confirmed', method: 'email' });
    return accepted({ ...account, emailConfirmed: true });
  }

  /**
   * Somebody says that a change was not theirs: every session and what was issued from it ends, no browser is trusted,
   * factors can't be changed until somebody in charge has looked, and the tenant's administrators are told.
   */
  async function report(token: string, address: string): Promise<Outcome<Account>> {
    const found = await whose('not-me', token);
    if (!found) return refused({ code: 'session_expired' });
    const { account } = found;
    const now = clock.now();
    // Frozen first: what an intruder still has open can then undo nothing.
    if (account.frozenAt === null) await accounts.setFrozen(account.id, now);
    const live = await records.listByAccount(account.id, now);
    await Promise.all([
      trustedBrowsers.removeAll(account.id),
      ...live.map(({ sessionUid }) => records.remove(sessionUid)),
    ]);
    if (account.frozenAt !== null) return accepted(account);
    const line = { accountId: account.id, tenantId: account.tenantId, address };
    await trail({ ...line, event: 'account.reported' });
    await notify(account, { topic: 'reported' });
    return accepted({ ...account, frozenAt: now });
  }

  return { tokenFor, whose, confirmEmail, report };
}

export type MailedLinks = ReturnType<typeof createMailedLinks>;
