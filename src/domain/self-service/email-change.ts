/** A change of an e-mail address by its owner: the address that waits for its link, and the addresses that can be restored. */
import { isObject } from '../json.ts';

/** A new address. It counts once the button behind the link in a mail to it is pressed. */
export interface PendingEmail {
  /** As `normaliseEmail` spells it. */
  readonly email: string;
  /** Milliseconds since the epoch. */
  readonly askedAt: number;
  /** The time in the link that was mailed to it. Null: a code to the present address is asked for first. */
  readonly linkIssuedAt: number | null;
}

/** An address that the account had. The link that was mailed there restores it. */
export interface FormerEmail {
  readonly email: string;
  /** The time in the link. Milliseconds since the epoch. */
  readonly linkIssuedAt: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Milliseconds. NIST SP 800-63B-4, 4.6.1 allows a link in a mail for a day. */
export const CHANGE_LINK_MS = DAY_MS;
/** Milliseconds for which the link mailed to the old address restores it. */
export const RESTORE_LINK_MS = 7 * DAY_MS;
/** Addresses that can be restored at a time. More changes wait, so that none is pushed out of the list. */
export const MOST_FORMER = 10;

/** Those whose link still works. */
export function restorable(former: readonly FormerEmail[], now: number): readonly FormerEmail[] {
  return former.filter(({ linkIssuedAt }) => linkIssuedAt + RESTORE_LINK_MS > now);
}

/**
 * Those that stay when this one is restored: the older ones alone. An intruder may have had a later one, and the link that
 * was mailed there must not bring it back.
 */
export function olderThan(former: readonly FormerEmail[], restored: FormerEmail): readonly FormerEmail[] {
  return former.slice(
    0,
    former.findIndex((each) => isSame(each, restored)),
  );
}

export function isSame(one: FormerEmail, other: FormerEmail): boolean {
  return one.email === other.email && one.linkIssuedAt === other.linkIssuedAt;
}

/** Null for a value that no release has written. */
export function readPendingEmail(value: unknown): PendingEmail | null {
  if (!isObject(value)) return null;
  const { email, askedAt, linkIssuedAt } = value;
  if (typeof email !== 'string' || typeof askedAt !== 'number') return null;
  return linkIssuedAt === null || typeof linkIssuedAt === 'number' ? { email, askedAt, linkIssuedAt } : null;
}

/** Leaves out what no release has written. */
export function readFormerEmails(value: unknown): readonly FormerEmail[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each: unknown) => {
    if (!isObject(each)) return [];
    const { email, linkIssuedAt } = each;
    return typeof email === 'string' && typeof linkIssuedAt === 'number' ? [{ email, linkIssuedAt }] : [];
  });
}
