/**
 * Tells the owner of an account of a sign-in from a browser that the account has not signed in from before. The first
 * sign-in of an account is told to nobody: every browser is new then.
 */
import type { Account } from '../../domain/account.ts';
import { originOf, type PlaceOf } from '../../domain/self-service/origin.ts';
import type { EventLog } from '../../ports/events.ts';
import type { Log } from '../../ports/log.ts';
import type { OnceStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';

interface NewBrowserDeps {
  readonly onceKeys: Pick<OnceStore, 'first' | 'claim'>;
  readonly placeOf: PlaceOf;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly log: Log;
}

/** A sign-in that is complete. */
export interface CompletedSignIn {
  /** The same for each repetition of its last request. */
  readonly uid: string;
  readonly ip: string;
  /** The `User-Agent` header. */
  readonly browser: string;
  readonly clientId: string;
  /** The name of the application. */
  readonly application: string;
}

export type NoteNewBrowser = (account: Account, signIn: CompletedSignIn) => Promise<void>;

const DAY_MS = 24 * 60 * 60 * 1000;

/** At most one notice a day (UTC) for an account: many of them would be read no more. Never rejects. */
export function createNoteNewBrowser({
  onceKeys,
  placeOf,
  events,
  clock,
  log,
}: NewBrowserDeps): NoteNewBrowser {
  async function note(account: Account, signIn: CompletedSignIn): Promise<void> {
    const { uid, ip, browser, clientId, application } = signIn;
    const { id, tenantId } = account;
    // Kept for good: a browser may be new after years.
    if ((await onceKeys.first(`first-sign-in:${id}`, uid, null)) === uid) return;
    const now = clock.now();
    const day = Math.floor(now / DAY_MS);
    if (!(await onceKeys.claim(`new-sign-in:${id}:${day}`, (day + 2) * DAY_MS))) return;
    const origin = originOf(ip, browser, placeOf);
    const line = { accountId: id, tenantId, clientId, ip };
    await events.append({ ...line, name: 'sign_in.new_browser', account, application, origin });
  }

  return async (account, signIn) => {
    try {
      await note(account, signIn);
    } catch (error) {
      // The sign-in is complete.
      log({
        event: 'notice.undelivered',
        account_id: account.id,
        tenant: account.tenantId,
        reason: 'new-sign-in',
        error,
      });
    }
  };
}
