/** From what was proven to `acr` and `amr`: computed here and nowhere else. */

import { METHOD_TRAITS, type MethodName } from '../methods/method.ts';
import { ACRS, type Acr, rank } from './acr.ts';

/** One thing that a person proved, when, and (for a second factor) with which enrolment. */
export interface AuthenticationEvent {
  readonly method: 'pwd' | MethodName;
  readonly enrolmentId: string | null;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  /** Of a passkey alone: what its authenticator said of this use. */
  readonly passkey?: PasskeyUse;
}

export interface PasskeyUse {
  /** By fingerprint, face or PIN; else its mere presence was shown (WebAuthn, 6.1, UV and UP). */
  readonly userVerified: boolean;
  /** The key never leaves its device; else it is one that is kept in sync (WebAuthn, 6.1, BE). */
  readonly deviceBound: boolean;
}

/** With this one, in the place of an older one of the same factor that says as much: a day of step-ups makes no pile. */
export function withAuthentication(
  authentications: readonly AuthenticationEvent[],
  newest: AuthenticationEvent,
): readonly AuthenticationEvent[] {
  const said = ({ method, enrolmentId, passkey }: AuthenticationEvent) =>
    JSON.stringify([method, enrolmentId, passkey]);
  return [...authentications.filter((authentication) => said(authentication) !== said(newest)), newest];
}

/** The highest level that the proofs carry. A second factor alone is still one factor. */
export function acrOf(authentications: readonly AuthenticationEvent[]): Acr {
  if (!authentications.some((authentication) => authentication.method === 'pwd')) return ACRS[0];
  return authentications.reduce<Acr>((highest, authentication) => {
    const reached = acrWith(authentication);
    return rank(reached) > rank(highest) ? reached : highest;
  }, ACRS[0]);
}

/** Phishing-resistant and two factors by itself is a passkey only when it knew its owner. */
function acrWith({ method, passkey }: AuthenticationEvent): Acr {
  if (method === 'pwd') return ACRS[0];
  return method === 'passkey' && passkey?.userVerified !== true
    ? METHOD_TRAITS.totp.acr
    : METHOD_TRAITS[method].acr;
}

/** RFC 8176: `hwk` is a key that can't leave its hardware, `swk` one that can; `user` the test of presence. */
function amrWith({ method, passkey }: AuthenticationEvent): readonly string[] {
  if (method === 'pwd') return ['pwd'];
  if (method === 'passkey') return [passkey?.deviceBound === true ? 'hwk' : 'swk', 'user'];
  return METHOD_TRAITS[method].amr;
}

/** RFC 8176 values of the proofs, each once; `mfa` from the level of two factors on. */
export function amrOf(authentications: readonly AuthenticationEvent[]): string[] {
  const values = authentications.flatMap(amrWith);
  const mfa = rank(acrOf(authentications)) >= rank('https://refeds.org/profile/mfa') ? ['mfa'] : [];
  return [...new Set([...values, ...mfa])];
}
