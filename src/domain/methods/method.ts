/** What every second-factor method is called, and how far each one carries a sign-in. */
import type { Acr } from '../policy/acr.ts';

/** The methods of the product, in the order in which they are offered. */
export const METHOD_NAMES = ['passkey', 'app', 'totp', 'sms', 'email', 'recovery'] as const;
export type MethodName = (typeof METHOD_NAMES)[number];

/** The methods that a tenant may list in its configuration; recovery codes come with any of them. */
export const CONFIGURABLE_METHODS = ['totp', 'email', 'sms', 'app', 'passkey'] as const;

export interface MethodTraits {
  /** What password and this method reach together. */
  readonly acr: Acr;
  /** RFC 8176 values that it adds; the RFC has none for a mailed code or a recovery code. */
  readonly amr: readonly string[];
  /** Whether a stranger could guess it, so that its attempts are counted (NIST SP 800-63B-4, 3.2.2). */
  readonly guessable: boolean;
}

export const METHOD_TRAITS: Readonly<Record<MethodName, MethodTraits>> = {
  passkey: { acr: 'phr', amr: ['hwk', 'user'], guessable: false },
  app: { acr: 'https://refeds.org/profile/mfa', amr: ['mca'], guessable: false },
  totp: { acr: 'https://refeds.org/profile/mfa', amr: ['otp'], guessable: true },
  sms: { acr: 'https://refeds.org/profile/mfa', amr: ['sms'], guessable: true },
  // An inbox is no possession factor: NIST SP 800-63B-4, 3.1.3.1.
  email: { acr: 'urn:doublelock:acr:two-step', amr: ['email'], guessable: true },
  recovery: { acr: 'https://refeds.org/profile/mfa', amr: ['recovery'], guessable: true },
};

/** A method whose code is sent, and good once and for a short while (NIST SP 800-63B-4, 3.1.3). */
export interface SentMethod {
  readonly name: 'email' | 'sms';
  readonly lifetimeMs: number;
  /** As it is shown: of a fixed length. */
  masked(destination: string): string;
}

/** A set of codes on paper, each good once (NIST SP 800-63B-4, 3.1.2). */
export interface RecoveryMethod {
  readonly name: 'recovery';
  /** As they are shown, each with 80 bits of chance. */
  newCodes(random: (length: number) => Uint8Array): readonly string[];
  /** The one spelling of what was typed; null when no code looks like that. */
  spelt(typed: string): string | null;
}

/** Whether its codes are sent. */
export function isSent(method: MethodName): method is SentMethod['name'] {
  return method === 'email' || method === 'sms';
}

/** An enrolment with its secret opened, for the length of one check. */
export interface Candidate {
  readonly id: string;
  readonly secret: string | null;
  readonly lastStep: number | null;
}

/** What a check found. The store still has to grant the claim of an accepted step. */
export type Verdict =
  | { readonly kind: 'accepted' | 'used'; readonly enrolmentId: string; readonly step: number }
  /** Right at another time: `offSeconds` from now, ahead being positive. Never accepted. */
  | {
      readonly kind: 'near';
      readonly enrolmentId: string;
      readonly step: number;
      readonly offSeconds: number;
    }
  | { readonly kind: 'wrong' };

/** A method whose code is made on the person's own device from a secret shared at set-up. Pure. */
export interface CodeMethod {
  readonly name: MethodName;
  readonly digits: number;
  readonly periodSeconds: number;
  /** base32 (RFC 4648), made of the bytes that `random` gives. */
  newSecret(random: (length: number) => Uint8Array): string;
  /** The `otpauth:` address that an app reads from the QR code. */
  provisioningUri(secret: string, account: string): string;
  /** Never throws, whatever was typed. `now` in milliseconds since the epoch. */
  check(candidates: readonly Candidate[], typed: string, now: number): Verdict;
}
