/** A challenge that waits for its answer: a code that was sent, or the random value that a passkey signs. */
import type { Locale } from '../account.ts';
import type { MethodName } from '../methods/method.ts';

/** The purpose of a challenge. Its answer is accepted for no other one. */
export const PURPOSES = ['sign-in', 'set-up', 'set-up-proof', 'change-email'] as const;
export type Purpose = (typeof PURPOSES)[number];

/**
 * Part of one sign-in transaction, and bound to it. A newer challenge replaces it. The save that adds the authentication
 * event removes it, so that one of two simultaneous answers is accepted.
 */
export interface Challenge {
  /** New each time a code is sent. */
  readonly id: string;
  readonly method: MethodName;
  readonly purpose: Purpose;
  /** The keyed digest of `challengeText`. For a passkey the random value itself, which is no secret (WebAuthn, 13.4.3). */
  readonly digest: string;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
  readonly expiresAt: number;
}

/** NIST SP 800-63B-4, 3.1.3.2 asks for at least six digits. */
export const SENT_DIGITS = 6;
const CODES = 10 ** SENT_DIGITS;
/** The largest multiple of `CODES` in four bytes. Values above it would make some codes likelier. */
const FAIR_BELOW = Math.floor(2 ** 32 / CODES) * CODES;

/** Six digits. Every code is equally likely. */
export function newSentCode(random: (length: number) => Uint8Array): string {
  for (;;) {
    const bytes = random(4);
    const drawn = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
    if (drawn < FAIR_BELOW) return String(drawn % CODES).padStart(SENT_DIGITS, '0');
  }
}

export interface Sending {
  readonly method: MethodName;
  readonly purpose: Purpose;
  /** An e-mail address, or a number in E.164. */
  readonly destination: string;
  readonly clientId: string | null;
  /** The IP address of the request. */
  readonly ip: string;
  /** The id of the challenge on the page with the button, or null. By it a double click sends one code. */
  readonly seen: string | null;
  /** The language of the page that asks. */
  readonly locale: Locale;
}

/** The properties that a sent code is bound to. They are digested with a key before they are stored. */
export interface Binding {
  readonly purpose: Purpose;
  readonly method: MethodName;
  readonly tenantId: string;
  readonly accountId: string;
  /** The uid of the transaction. */
  readonly uid: string;
  /** The address or number that the code went to. */
  readonly destination: string;
}

export function challengeText(
  { purpose, method, tenantId, accountId, uid, destination }: Binding,
  code: string,
): string {
  return JSON.stringify([purpose, method, tenantId, accountId, uid, destination, code]);
}

/** Compares a code, as `read` gives it, with the one that was sent. `digest` uses the key of the stored digest. */
export function checkSentCode(
  { digest: kept, expiresAt }: Challenge,
  binding: Binding,
  code: string,
  { digest, now }: { readonly digest: (text: string) => string; readonly now: number },
): 'right' | 'wrong' | 'expired' {
  if (digest(challengeText(binding, code)) !== kept) return 'wrong';
  return expiresAt > now ? 'right' : 'expired';
}

export function challengeFor(
  challenges: readonly Challenge[],
  method: MethodName,
  purpose: Purpose,
): Challenge | null {
  return challenges.find((each) => each.method === method && each.purpose === purpose) ?? null;
}

/** Adds a challenge in place of an older one of its kind, because only the newest counts. */
export function withChallenge(challenges: readonly Challenge[], newest: Challenge): readonly Challenge[] {
  return [...withoutChallenge(challenges, newest.method, newest.purpose), newest];
}

export function withoutChallenge(
  challenges: readonly Challenge[],
  method: MethodName,
  purpose: Purpose,
): readonly Challenge[] {
  return challenges.filter((each) => each.method !== method || each.purpose !== purpose);
}
