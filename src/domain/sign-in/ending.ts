/**
 * Decides what has ended: everything of an account that was begun or issued before its `endsBefore`. Every use of something
 * that was begun or issued earlier asks this file: sessions, sign-ins under way, tokens, trusted browsers, links in mails.
 */
import type { Account } from '../account.ts';
import type { AuthenticationEvent, Kept } from '../policy/assurance.ts';

/** The part of an account that ends what came before. */
type PastEnding = Pick<Account, 'endsBefore' | 'frozenAt'>;

/** The part of an account that ends something: what came before, or everything while the account is disabled. */
export type Ending = PastEnding & Pick<Account, 'disabledAt'>;

/** Milliseconds by which the clocks of two instances may differ: the readiness check refuses more. */
const CLOCKS_DIFFER_MS = 30_000;

/**
 * The time before which everything has ended. 0: nothing has. An older release, and a host without the property, freeze an
 * account without an `endsBefore`.
 */
function endOf({ endsBefore, frozenAt }: PastEnding): number {
  return Math.max(endsBefore ?? 0, frozenAt ?? 0);
}

/** The `endsBefore` of an act at this time. It ends what was begun in the same millisecond as well. */
export function endingAt(now: number): number {
  return now + 1;
}

/**
 * The time to store with something that begins now for this account. The reader of the account knows its ending, so that
 * the new thing comes after it, even where the clock of this instance is behind.
 */
export function beginningAt(now: number, account: PastEnding): number {
  return Math.max(now, endOf(account));
}

/** Whether something that was begun or issued at this time has ended. Nothing of a disabled account can be used. */
export function hasEnded(atMs: number, account: Ending): boolean {
  return account.disabledAt !== null || atMs < endOf(account);
}

/** Whether no link may lead into the account: it is disabled, or its owner waits for an administrator's answer to a report. */
export function isBarred({
  disabledAt,
  frozenAt,
  heldAt,
}: Pick<Account, 'disabledAt' | 'frozenAt' | 'heldAt'>): boolean {
  return disabledAt !== null || frozenAt !== null || heldAt !== null;
}

/** The beginning of a sign-in: its first event, or the later time from which its session was kept. */
export function beganAt(authentications: readonly AuthenticationEvent[]): number {
  const first = authentications.length === 0 ? 0 : Math.min(...authentications.map(({ atMs }) => atMs));
  return Math.max(first, keptIn(authentications)?.at ?? 0);
}

/** Whether a sign-in has ended, finished or not: it was begun before the ending. */
export function hasSignInEnded(authentications: readonly AuthenticationEvent[], account: Ending): boolean {
  return hasEnded(beganAt(authentications), account);
}

/**
 * Whether a token has ended. The sign-in of its session decides first. The token's own time ends the tokens of an earlier
 * sign-in in the same session. `issuedAt` is in whole seconds, and comes from the clock of any instance.
 */
export function hasTokenEnded(
  issuedAt: number | undefined,
  authentications: readonly AuthenticationEvent[],
  account: Ending,
): boolean {
  if (hasSignInEnded(authentications, account)) return true;
  if (issuedAt === undefined) return false;
  const kept = keptIn(authentications);
  const end = kept && !hasEnded(kept.at, account) ? kept.from : endOf(account);
  return issuedAt * 1000 + 999 + CLOCKS_DIFFER_MS < end;
}

/**
 * The events of a session that an ending spares. `before` is the `endsBefore` that the ending has replaced, and `at` the new
 * one. Null for a session that had ended already.
 */
export function keptThrough(
  authentications: readonly AuthenticationEvent[],
  { before, at }: { readonly before: number | null; readonly at: number },
): readonly AuthenticationEvent[] | null {
  const account = { endsBefore: before, frozenAt: null, disabledAt: null };
  if (hasSignInEnded(authentications, account)) return null;
  const earlier = keptIn(authentications);
  const from = earlier && !hasEnded(earlier.at, account) ? earlier.from : (before ?? 0);
  const kept = { from, at: beginningAt(at, account) };
  return authentications.map((event) => ({ ...event, kept }));
}

/** The newest: a step-up replaces the event of its factor by one without it. */
function keptIn(authentications: readonly AuthenticationEvent[]): Kept | null {
  return authentications.reduce<Kept | null>(
    (newest, { kept }) => (kept && (newest === null || kept.at > newest.at) ? kept : newest),
    null,
  );
}
