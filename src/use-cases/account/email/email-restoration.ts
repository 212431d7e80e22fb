/**
 * Restores a former e-mail address by the link that was mailed there, for an owner whose account somebody else has changed.
 * The link works for its days, whatever happens to the account meanwhile: that is its purpose.
 */
import type { Account } from '../../../domain/account.ts';
import { hasFactor } from '../../../domain/enrolment/enrolment.ts';
import { methodSentTo } from '../../../domain/methods/index.ts';
import { accepted, type Outcome, refused } from '../../../domain/refusal.ts';
import { type FormerEmail, isSame, olderThan } from '../../../domain/self-service/email-change.ts';
import type { EventLog } from '../../../ports/events.ts';
import type { AccountStore, EnrolmentStore, TrustedBrowserStore } from '../../../ports/stores.ts';
import type { Clock } from '../../../ports/system.ts';
import type { EndSessions } from '../../sign-in/end-sessions.ts';
import type { PasswordAttempts } from '../../sign-in/password-attempts.ts';
import type { LinkTokens } from '../link-tokens.ts';
import { overwriteHash } from '../passwords/overwrite-hash.ts';
import type { Passwords } from '../passwords/passwords.ts';
import { doneByLink } from './new-address-link.ts';

interface EmailRestorationDeps {
  readonly accounts: Pick<AccountStore, 'findById' | 'replaceEmail' | 'replacePasswordHash' | 'update'>;
  readonly enrolments: Pick<EnrolmentStore, 'listByAccount' | 'remove'>;
  readonly trustedBrowsers: Pick<TrustedBrowserStore, 'removeAll'>;
  readonly endSessions: Pick<EndSessions, 'all'>;
  readonly passwords: Pick<Passwords, 'check' | 'hash'>;
  readonly passwordAttempts: Pick<PasswordAttempts, 'release'>;
  readonly tokens: Pick<LinkTokens, 'read'>;
  readonly events: EventLog;
  readonly clock: Clock;
}

/** A link that still works, and its account. */
export interface RestoringLink {
  readonly account: Account;
  readonly former: FormerEmail;
}

/** Milliseconds before the change of the address from which a new factor may be that of an intruder. */
const SUSPECT_MS = 24 * 60 * 60 * 1000;

/** An intruder may change the account at the same time, and then it is read again. */
const MOST_TRIES = 5;

const GONE = { code: 'session_expired' } as const;

export function createEmailRestoration(deps: EmailRestorationDeps) {
  const { accounts, enrolments, trustedBrowsers, endSessions, passwords, tokens, events, clock } = deps;
  const { passwordAttempts } = deps;

  /** Null for a link that is forged, too old or used, and for one from after an address that was restored. */
  async function whose(token: string): Promise<RestoringLink | null> {
    const read = tokens.read('restore-email', token);
    const account = read && (await accounts.findById(read.id));
    if (!account) return null;
    const link = { email: read.email, linkIssuedAt: read.issuedAt };
    const former = account.formerEmails.find((each) => isSame(each, link));
    return former ? { account, former } : null;
  }

  /** The account whose address was restored by this link. */
  function restoredBy(token: string): Promise<Account | null> {
    return doneByLink(deps, 'restore-email', token, ({ email }) => email);
  }

  /**
   * Sets the address and a new password, and ends everything that was begun before. The link is used up last, so that a
   * repeated call completes what a failure has interrupted.
   */
  async function restore(token: string, typed: string, ip: string): Promise<Outcome<Account>> {
    const found = await whose(token);
    if (!found) return refused(GONE);
    const { former, account } = found;
    const checked = await passwords.check({ ...account, email: former.email }, typed);
    if (!checked.ok) return checked;
    const hash = await passwords.hash(checked.value);
    const lost = await replaceAddress(account.id, former);
    if (lost === null) return refused(GONE);
    await overwriteHash(accounts, account, hash);
    // The owner may have tried the former password at this address, which the intruder had taken away.
    await passwordAttempts.release(former.email);
    const now = clock.now();
    // A code to this mailbox proves no more than the link did, until another factor is given. An account without a factor
    // has nothing that such a code could replace.
    const isProtected = await removeLaterFactors(account, former, ip);
    // The second address may be that of the intruder, who would get every link to report a change.
    const contacts = { notificationEmail: null, pendingEmail: null, pendingNotificationEmail: null };
    await accounts.update(account.id, { ...contacts, ...(isProtected && { mailResetAt: now }) }, now);
    await Promise.all([trustedBrowsers.removeAll(account.id), endSessions.all(account.id, null)]);
    const restored = { ...account, email: former.email, emailConfirmed: true, notificationEmail: null };
    await events.append({
      accountId: account.id,
      tenantId: account.tenantId,
      ip,
      method: methodSentTo('address'),
      name: 'email.restored',
      account: restored,
      lost,
      once: { key: account.id, atMs: former.linkIssuedAt },
    });
    await useUp(account.id, former);
    return accepted(restored);
  }

  /**
   * Removes what was set up since a day before the change, for an account with an older factor: an intruder adds a factor of
   * their own first. Without an older one all stay, so that this link alone opens nothing. Gives whether there is a factor.
   */
  async function removeLaterFactors(account: Account, former: FormerEmail, ip: string): Promise<boolean> {
    const { id: accountId, tenantId } = account;
    const all = await enrolments.listByAccount(accountId);
    const earlier = all.filter(({ createdAt }) => createdAt < former.linkIssuedAt - SUSPECT_MS);
    if (!hasFactor(earlier)) return hasFactor(all);
    for (const { id, method } of all.filter((each) => !earlier.includes(each))) {
      if (!(await enrolments.remove(accountId, id))) continue;
      const line = { accountId, tenantId, actor: accountId, ip, method, also: [] };
      await events.append({ ...line, name: 'enrolment.removed', account, cause: 'reset' });
    }
    return true;
  }

  /** Gives the address that it has replaced. Null when the link was used meanwhile, or another account has the address. */
  async function replaceAddress(id: string, former: FormerEmail): Promise<string | null> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const account = await accounts.findById(id);
      if (!account?.formerEmails.some((each) => isSame(each, former))) return null;
      const kept = [...olderThan(account.formerEmails, former), former];
      if (await accounts.replaceEmail(id, account.email, former.email, clock.now(), kept))
        return account.email;
    }
    return null;
  }

  async function useUp(id: string, former: FormerEmail): Promise<void> {
    const account = await accounts.findById(id);
    if (account?.email !== former.email) return;
    const kept = olderThan(account.formerEmails, former);
    await accounts.replaceEmail(id, former.email, former.email, clock.now(), kept);
  }

  return { whose, restoredBy, restore };
}

export type EmailRestoration = ReturnType<typeof createEmailRestoration>;
