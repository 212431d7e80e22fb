/** The limits of wrong answers, and the locks that follow (NIST SP 800-63B-4, 3.2.2). */
import type { MethodName } from '../methods/method.ts';

const MINUTE = 60_000;

/** Wrong codes in one sign-in with one method. After them the person takes another method or begins a new sign-in. */
export const CODES_PER_SIGN_IN = 5;
/** Wrong codes of one account with all guessable methods together, within the window. */
export const CODES_PER_ACCOUNT = 10;
/** Wrong passwords for one account within the window. A known browser has a counter of its own. */
export const PASSWORDS_PER_ACCOUNT = 10;
/** Wrong passwords from one IP address within the window. */
export const PASSWORDS_PER_ADDRESS = 100;
/** Wrong user codes of devices from one IP address within the window. The person of a known browser has a counter. */
export const USER_CODES_PER_ADDRESS = 30;
/** Wrong user codes from the known browsers of one person within the window. */
export const USER_CODES_PER_PERSON = 10;
/** Refused passkeys at the sign-in page from one IP address, or from the known browsers of one person. */
export const PASSKEYS_PER_VISITOR = 100;
export const WINDOW_MS = 15 * MINUTE;
/** Failures in a row after which a method is refused until the factor is replaced. */
export const FAILURES_UNTIL_REFUSED = 100;

const FIRST_LOCK_MS = 15 * MINUTE;
const LONGEST_LOCK_MS = 60 * MINUTE;

/** Durable counters of one subject: an account's second factor, or the digest of a typed e-mail address. */
export interface Lockout {
  readonly lockedUntil: number;
  /** The number of locks in a row. Each one lasts twice as long as the one before. */
  readonly level: number;
  /** Failures in a row for each bucket: a method, or `password`. */
  readonly failures: Readonly<Record<string, number>>;
}

/** The account and the method of an answer, and the place that it was given from. */
export interface Answerer {
  readonly accountId: string;
  readonly tenantId: string;
  readonly method: MethodName;
  readonly ip: string;
  /** Null in self-service. */
  readonly clientId: string | null;
}

export interface AttemptRequest extends Answerer {
  readonly lockout: Lockout;
  /** The id of the sign-in or enrolment, which has a counter of its own. */
  readonly visit: string;
}

/** A counted attempt: its answer may be compared now. */
export interface Attempt extends AttemptRequest {
  /** False for a method that nobody can guess: it has no counters. */
  readonly isCounted: boolean;
  /** How many attempts this visit has left with the method. */
  readonly left: number;
  /** Whether it was the last attempt of the account within the window. */
  readonly isLastOfAccount: boolean;
  /** When it was counted, in milliseconds since the epoch. */
  readonly atMs: number;
}

/** The next lock: 15 minutes, twice as long with each one in a row, an hour at most. */
export function nextLock(level: number, now: number): { lockedUntil: number; level: number } {
  return { lockedUntil: now + Math.min(FIRST_LOCK_MS * 2 ** level, LONGEST_LOCK_MS), level: level + 1 };
}

/** The name of the durable counters of an account's second factor. */
export function secondFactorSubject(accountId: string): string {
  return `second-factor:${accountId}`;
}

/** The owner of a counter for acts without an account: the person who has signed in from this browser, or the network. */
export function anonymousOwner(ip: string, knownPerson: string | null): string {
  return knownPerson === null ? `address:${addressKey(ip)}` : `person:${knownPerson}`;
}

/**
 * The one audit line of a visitor without an account who waits, however many requests come. `visitor` is a digest of the
 * owner of the counter, since an owner has the whole address. There are as many lines in a window as attempts.
 */
export function onceThrottled(visitor: string, retryAt: number) {
  return { key: visitor, atMs: retryAt - WINDOW_MS } as const;
}

/** The network that is counted for an IP address: an IPv6 subscriber holds a whole /64. */
export function addressKey(ip: string): string {
  const address = plainAddress(ip);
  return address.includes(':') ? `${groupsOf(address).slice(0, 4).join(':')}::/64` : address;
}

/** The part of an IP address that the audit log keeps: IPv4 /24, IPv6 /48. */
export function truncatedAddress(ip: string): string {
  const address = plainAddress(ip);
  if (address.includes(':')) return `${groupsOf(address).slice(0, 3).join(':')}::/48`;
  return address.replace(/^(\d+\.\d+\.\d+)\.\d+$/, '$1.0/24');
}

/** The first six groups of an IPv6 address that has an IPv4 address in it (RFC 4291, 2.5.5.2 and RFC 6052, 2.1). */
const AROUND_IPV4: readonly string[] = ['0:0:0:0:0:ffff', '64:ff9b:0:0:0:0'];

/** The address alone, since some proxies add a port. An IPv4 address stands as one, however it was written. */
function plainAddress(ip: string): string {
  const [, bracketed, dotted] = /^\[(.*)\](?::\d+)?$|^([\d.]+):\d+$/.exec(ip) ?? [];
  const address = bracketed ?? dotted ?? ip;
  if (!address.includes(':')) return address;
  const groups = groupsOf(address);
  if (!AROUND_IPV4.includes(groups.slice(0, 6).join(':'))) return address;
  const [high = 0, low = 0] = groups.slice(6).map((group) => Number.parseInt(group, 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** The eight groups of an IPv6 address, with `::` and an IPv4 ending written out. A zone stays with the last group. */
function groupsOf(ip: string): string[] {
  const [head = '', tail] = ip
    .toLowerCase()
    .replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)/, (_, ...bytes) => {
      const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number);
      return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
    })
    .split('::');
  const left = head.split(':').filter(Boolean);
  const right = (tail ?? '').split(':').filter(Boolean);
  const missing = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...Array<string>(missing).fill('0'), ...right].map((group) =>
    group.replace(/^0+(?=.)/, ''),
  );
}
