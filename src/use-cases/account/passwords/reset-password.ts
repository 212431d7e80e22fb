/** A new password by a mailed link. It never touches factors, and no later sign-in skips the second factor. */
import type { Account } from '../../../domain/account.ts';
import { hasFactor } from '../../../domain/enrolment/enrolment.ts';
import { accepted, type Outcome, refused } from '../../../domain/refusal.ts';
import { hasEnded } from '../../../domain/sign-in/ending.ts';
import type { AccountStore, EnrolmentStore, OnceStore } from '../../../ports/stores.ts';
import type { Clock } from '../../../ports/system.ts';
import type { PasswordAttempts } from '../../sign-in/password-attempts.ts';
import type { LinkContent, LinkTokens } from '../link-tokens.ts';
import type { Passwords } from './passwords.ts';
import type { SetPassword } from './set-password.ts';

interface PasswordResetDeps {
  readonly accounts: Pick<AccountStore, 'findById' | 'update'>;
  readonly enrolments: Pick<EnrolmentStore, 'listByAccount'>;
  readonly onceKeys: Pick<OnceStore, 'claim' | 'held'>;
  readonly tokens: Pick<LinkTokens, 'read' | 'markOf'>;
  readonly passwords: Pick<Passwords, 'check' | 'hash'>;
  readonly passwordAttempts: Pick<PasswordAttempts, 'release'>;
  readonly setPassword: SetPassword;
  readonly clock: Clock;
}

/** A link that can be used, or was used. */
export interface FoundReset {
  readonly account: Account;
  readonly isUsed: boolean;
}

const keyOf = ({ id, issuedAt, mark }: LinkContent) => `password-reset:${id}:${issuedAt}:${mark}`;

export function createPasswordReset(needs: PasswordResetDeps) {
  const { accounts, enrolments, onceKeys, tokens, passwords, passwordAttempts, setPassword, clock } = needs;

  /**
   * Whether a link still belongs to its account. An ending, another address and another password end it. So do a freeze and
   * the end of the account's use: neither is for a mailbox to decide.
   */
  function isValid({ email, issuedAt, mark }: LinkContent, account: Account): boolean {
    const { passwordHash, frozenAt, disabledAt } = account;
    if (passwordHash === null || frozenAt !== null || disabledAt !== null) return false;
    return !hasEnded(issuedAt, account) && account.email === email && mark === tokens.markOf(account);
  }

  /** Null for a link that is forged or too old, or that no longer belongs to its account. */
  async function find(token: string): Promise<FoundReset | null> {
    const link = tokens.read('reset-password', token);
    const account = link && (await accounts.findById(link.id));
    if (!link || !account) return null;
    if (isValid(link, account)) return { account, isUsed: false };
    const isUsed = (await onceKeys.held([keyOf(link)])).size > 0;
    return isUsed ? { account, isUsed } : null;
  }

  /** Sets the password, once for each link. Ends all sessions and trust of the account. */
  async function reset(token: string, typed: string, ip: string): Promise<Outcome<Account>> {
    const link = tokens.read('reset-password', token);
    const account = link && (await accounts.findById(link.id));
    if (!link || !account || !isValid(link, account)) return refused({ code: 'session_expired' });
    const checked = await passwords.check(account, typed);
    if (!checked.ok) return checked;
    const hash = await passwords.hash(checked.value);
    // The hash takes its time, and a report or an operator may have closed the account meanwhile.
    const current = await accounts.findById(account.id);
    if (!current || !isValid(link, current)) return refused({ code: 'session_expired' });
    if (!(await onceKeys.claim(keyOf(link), link.expiresAt))) return refused({ code: 'session_expired' });
    // Before the password, so that nobody signs in with the mailbox as both factors meanwhile. An account without a factor
    // has nothing that a code to the mailbox could replace.
    if (hasFactor(await enrolments.listByAccount(account.id)))
      await accounts.update(account.id, { mailResetAt: clock.now() }, clock.now());
    const isSet = await setPassword(account, { hash, event: 'password.reset', ip, ends: 'all' });
    if (!isSet) return refused({ code: 'session_expired' });
    await passwordAttempts.release(account.email);
    return accepted(account);
  }

  return { find, reset };
}

export type PasswordResets = ReturnType<typeof createPasswordReset>;
