/**
 * Stores a new password, and does what belongs to every change of one: it ends sessions and trust, keeps the owner's links
 * for reports, and tells the owner.
 */
import type { Account } from '../../../domain/account.ts';
import type { EventLog } from '../../../ports/events.ts';
import type { AccountStore, TrustedBrowserStore } from '../../../ports/stores.ts';
import type { EndSessions } from '../../sign-in/end-sessions.ts';
import type { SparedReports } from '../spared-reports.ts';

interface SetPasswordDeps {
  readonly accounts: Pick<AccountStore, 'replacePasswordHash'>;
  readonly endSessions: Pick<EndSessions, 'all'>;
  readonly trustedBrowsers: Pick<TrustedBrowserStore, 'removeAll'>;
  readonly reports: Pick<SparedReports, 'spare'>;
  readonly events: EventLog;
}

export interface NewPassword {
  readonly hash: string;
  readonly event: 'password.changed' | 'password.reset';
  readonly ip: string;
  /** `all`, `none`, or all but the session with this uid. */
  readonly ends: 'all' | 'none' | { readonly but: string };
}

/** False when the password is another one by now than that of the given account. */
export type SetPassword = (account: Account, password: NewPassword) => Promise<boolean>;

export function createSetPassword(needs: SetPasswordDeps): SetPassword {
  const { accounts, endSessions, trustedBrowsers, reports, events } = needs;

  return async (account, { hash, event, ip, ends }) => {
    const { id, tenantId } = account;
    // First: a sign-in that still compares the old password began before the ending below, so that it ends too.
    if (!(await accounts.replacePasswordHash(id, account.passwordHash, hash))) return false;
    const ended = ends === 'none' ? null : await endSessions.all(id, ends === 'all' ? null : ends.but);
    await Promise.all([ended && reports.spare(id, ended), trustedBrowsers.removeAll(id)]);
    // The link in the notice is issued after the ending.
    const told = ended ? { ...account, endsBefore: Math.max(ended.at, account.endsBefore ?? 0) } : account;
    await events.append({ name: event, account: told, accountId: id, tenantId, ip });
    return true;
  };
}
