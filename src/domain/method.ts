/** What every second-factor method is called, and how far each one carries a sign-in. */
import type { Acr } from './assurance.ts';

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
