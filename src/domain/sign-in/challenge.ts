/** What was asked of somebody and waits for its answer: a code that was sent, or the random value of a passkey. */
import type { MethodName } from '../methods/method.ts';

/** What an answer is good for; never for anything else. */
export const PURPOSES = ['sign-in', 'set-up', 'set-up-proof'] as const;
export type Purpose = (typeof PURPOSES)[number];

/**
 * Part of the progress of one sign-in, so that it is bound to that, replaced by a newer one, and consumed by the save
 * that notes the proof: of two answers at once one finds it.
 */
export interface Challenge {
  /** New with each sending. */
  readonly id: string;
  readonly method: MethodName;
  readonly purpose: Purpose;
  /** Keyed digest of `challengeText`; of a passkey the random value itself, which is no secret (WebAuthn, 13.4.3). */
  readonly digest: string;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
  readonly expiresAt: number;
}

/** Codes that are sent have six digits (NIST SP 800-63B-4, 3.1.3.2 asks for six at least). */
export const SENT_DIGITS = 6;
const CODES = 10 ** SENT_DIGITS;
/** The largest multiple of all codes that four bytes hold: what lies above would make some codes likelier. */
const FAIR_BELOW = Math.floor(2 ** 32 / CODES) * CODES;

/** Six digits, each code as likely as the other. */
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
  /** An address, or a number in E.164. */
  readonly destination: string;
  readonly clientId: string | null;
  /** Of the network that asks for it. */
  readonly ip: string;
  /** Of the challenge on the page with the button; null: not known. The same button twice at once sends once. */
  readonly seen: string | null;
}

/** All that a sent code is bound to; digested with a key before it is kept. */
export interface Binding {
  readonly purpose: Purpose;
  readonly method: MethodName;
  readonly tenantId: string;
  readonly accountId: string;
  /** Of the sign-in. */
  readonly uid: string;
  /** The address or number that it went to. */
  readonly destination: string;
}

export function challengeText(
  { purpose, method, tenantId, accountId, uid, destination }: Binding,
  code: string,
): string {
  return JSON.stringify([purpose, method, tenantId, accountId, uid, destination, code]);
}

/** What people type of a code that they were sent: spaces are forgiven, nothing else. */
export function sentCodeOf(typed: string): string | null {
  const code = typed.replaceAll(/[ \u00a0]/g, '');
  return /^[0-9]{6}$/.test(code) ? code : null;
}

/** Whether what was typed is the code that was sent. `digest`: keyed, the one that it was kept under. */
export function checkSentCode(
  { digest: kept, expiresAt }: Challenge,
  binding: Binding,
  typed: string,
  { digest, now }: { readonly digest: (text: string) => string; readonly now: number },
): 'right' | 'wrong' | 'expired' {
  const code = sentCodeOf(typed);
  if (code === null || digest(challengeText(binding, code)) !== kept) return 'wrong';
  return expiresAt > now ? 'right' : 'expired';
}

export function challengeFor(
  challenges: readonly Challenge[],
  method: MethodName,
  purpose: Purpose,
): Challenge | null {
  return challenges.find((each) => each.method === method && each.purpose === purpose) ?? null;
}

/** With this one in the place of an older one of its kind: only the newest counts. */
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
