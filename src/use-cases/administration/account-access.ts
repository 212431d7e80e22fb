/**
 * The acts of operators and administrators on the way into one account: its password, its locks, and whether it may sign in
 * at all. `by` is the actor of the audit line.
 */
import { type Account, normaliseEmail, normalisePassword } from '../../domain/account.ts';
import { METHOD_NAMES, type MethodName } from '../../domain/methods/method.ts';
import type { PasswordFault } from '../../domain/password/fault.ts';
import { FAILURES_UNTIL_REFUSED, secondFactorSubject } from '../../domain/sign-in/attempts.ts';
import type { AdministrationStore } from '../../ports/administration/administration-store.ts';
import type { EventLog } from '../../ports/events.ts';
import type { AccountStore, AttemptStore, LockoutStore, TrustedBrowserStore } from '../../ports/stores.ts';
import type { Clock, PasswordHasher } from '../../ports/system.ts';
import { overwriteHash } from '../account/passwords/overwrite-hash.ts';
import { GUESSES } from '../second-factor/attempt-limiter.ts';
import type { EndSessions } from '../sign-in/end-sessions.ts';
import { releasePassword } from '../sign-in/password-subject.ts';
import { type FindPasswordFault, lineOf } from './accounts.ts';

interface AccountAccessDeps {
  readonly accounts: Pick<
    AccountStore,
    | 'findById'
    | 'findByEmail'
    | 'update'
    | 'replacePasswordHash'
    | 'setFrozen'
    | 'setHeld'
    | 'raiseEndsBefore'
  >;
  readonly administration: Pick<AdministrationStore, 'liftLock'>;
  readonly lockouts: Pick<LockoutStore, 'read' | 'reset'>;
  readonly attempts: Pick<AttemptStore, 'forget'>;
  readonly trustedBrowsers: Pick<TrustedBrowserStore, 'removeAll'>;
  readonly endSessions: Pick<EndSessions, 'all'>;
  readonly hasher: Pick<PasswordHasher, 'hash'>;
  readonly findPasswordFault: FindPasswordFault;
  /** The subject of the counters of an account's password. */
  readonly passwordSubject: (email: string) => Promise<string>;
  readonly events: EventLog;
  readonly clock: Clock;
}

export interface Unlocked {
  /** Whether the account had to wait. */
  readonly waited: boolean;
  /** The methods that stay refused, after too many wrong codes in a row. */
  readonly refused: readonly MethodName[];
}

export function createAccountAccess(deps: AccountAccessDeps) {
  const { accounts, lockouts, attempts, trustedBrowsers, endSessions, events, clock } = deps;

  function find(email: string): Promise<Account | null> {
    return accounts.findByEmail(normaliseEmail(email));
  }

  /** Ends everything of before, as a password change does. Null when there is no such account. */
  async function setPassword(
    email: string,
    password: string,
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly fault: PasswordFault } | null> {
    const account = await find(email);
    if (!account) return null;
    const normalised = normalisePassword(password);
    const fault = await deps.findPasswordFault(normalised, account);
    if (fault) return { ok: false, fault };
    await putHash(account, await deps.hasher.hash(normalised));
    return { ok: true };
  }

  /** The hash of a password that the rules take, or that the operator answers for. */
  async function putHash(account: Account, hash: string): Promise<void> {
    await overwriteHash(accounts, account, hash);
    await endEverything(account);
    await forgetPasswords(account);
    await events.append({ ...lineOf(account), name: 'account.password_set', account });
  }

  async function endEverything({ id }: Account): Promise<void> {
    await endSessions.all(id, null);
    await trustedBrowsers.removeAll(id);
  }

  async function forgetPasswords({ email }: Account): Promise<void> {
    await releasePassword({ attempts, lockouts }, await deps.passwordSubject(email));
  }

  /**
   * Ends the waiting time after wrong passwords and codes. A method that is refused after too many wrong codes in a row
   * stays refused until the factor is replaced. Null when there is no such account.
   */
  async function unlock(email: string, by: string): Promise<Unlocked | null> {
    const account = await find(email);
    if (!account) return null;
    const codes = secondFactorSubject(account.id);
    const [ofPassword, ofCodes] = await Promise.all([
      deps.passwordSubject(account.email).then((subject) => lockouts.read(subject)),
      lockouts.read(codes),
    ]);
    await forgetPasswords(account);
    await deps.administration.liftLock(codes);
    for (const method of METHOD_NAMES) await attempts.forget(codes, [GUESSES], method);
    const now = clock.now();
    const waited = ofPassword.lockedUntil > now || ofCodes.lockedUntil > now;
    if (waited) await events.append({ ...lineOf(account, by), name: 'account.unlocked' });
    const refused = METHOD_NAMES.filter(
      (method) => (ofCodes.failures[method] ?? 0) >= FAILURES_UNTIL_REFUSED,
    );
    return { waited, refused };
  }

  /** False when it was disabled before: what a failure has interrupted is completed then. Null: no such account. */
  async function disable(email: string, by: string): Promise<boolean | null> {
    const account = await find(email);
    if (!account) return null;
    const isNew = account.disabledAt === null;
    const now = clock.now();
    // First, so that a failure in a later step leaves nothing that can still be used.
    if (isNew) await accounts.update(account.id, { disabledAt: now }, now);
    return completeDisabling(account, isNew, by);
  }

  /** Ends everything of an account that is marked as disabled. `isNew`: the mark was set just now. */
  async function completeDisabling(account: Account, isNew: boolean, by: string): Promise<boolean> {
    await endEverything(account);
    if (isNew) await events.append({ ...lineOf(account, by), name: 'account.disabled' });
    return isNew;
  }

  /** False when it was not disabled. Null when there is no such account. */
  async function enable(email: string, by: string): Promise<boolean | null> {
    const account = await find(email);
    if (!account) return null;
    if (account.disabledAt === null) return false;
    // The command that disabled the account may have been interrupted: its sessions end now at the latest.
    await endEverything(account);
    await accounts.update(account.id, { disabledAt: null }, clock.now());
    await events.append({ ...lineOf(account, by), name: 'account.enabled' });
    return true;
  }

  /**
   * Answers a report: allows changes of factors again after "it was not me", and a sign-in with the password alone after a
   * removal that nobody asked for. False when there was none. Null when there is no such account. Everything from before the
   * unfreeze ends: a session that began since the report may be of the intruder, and would get the right to change factors.
   */
  async function unfreeze(email: string, by: string): Promise<boolean | null> {
    const account = await find(email);
    if (account === null) return null;
    if (account.frozenAt === null && account.heldAt === null) return false;
    // An older release, or a report that was interrupted, has frozen the account and not raised its ending.
    if (account.frozenAt !== null) await accounts.raiseEndsBefore(account.id, account.frozenAt);
    await endSessions.all(account.id, null);
    await accounts.setFrozen(account.id, null);
    await accounts.setHeld(account.id, null);
    await events.append({ ...lineOf(account, by), name: 'account.unfrozen' });
    return true;
  }

  return { setPassword, putHash, unlock, unfreeze, disable, completeDisabling, enable };
}

export type AccountAccess = ReturnType<typeof createAccountAccess>;
