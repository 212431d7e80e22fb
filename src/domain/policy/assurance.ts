/** From what was proven to `acr` and `amr`: computed here and nowhere else. */

import { isObject } from '../json.ts';
import { METHOD_NAMES, METHOD_TRAITS, type MethodName } from '../methods/method.ts';
import { ACRS, type Acr, rank } from './acr.ts';

/** One thing that a person proved, when, and (for a second factor) with which enrolment. */
export interface Proof {
  readonly method: 'pwd' | MethodName;
  readonly enrolmentId: string | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Of a passkey alone: what its authenticator said of this use. */
  readonly passkey?: PasskeyUse;
}

export interface PasskeyUse {
  /** By fingerprint, face or PIN; else its mere presence was shown (WebAuthn, 6.1, UV and UP). */
  readonly userVerified: boolean;
  /** The key never leaves its device; else it is one that is kept in sync (WebAuthn, 6.1, BE). */
  readonly deviceBound: boolean;
}

const JUDGED: readonly unknown[] = ['pwd', ...METHOD_NAMES];

/** Whether something stored is a proof. Of a method that this release does not know it is none: it cannot be judged. */
export function isProof(value: unknown): value is Proof {
  if (!isObject(value)) return false;
  const { method, enrolmentId, at, passkey } = value;
  const told = passkey === undefined || isPasskeyUse(passkey);
  const named = enrolmentId === null || typeof enrolmentId === 'string';
  return JUDGED.includes(method) && told && named && typeof at === 'number';
}

function isPasskeyUse(value: unknown): value is PasskeyUse {
  return isObject(value) && typeof value.userVerified === 'boolean' && typeof value.deviceBound === 'boolean';
}

/** With this one, in the place of an older one of the same factor that says as much: a day of step-ups makes no pile. */
export function withProof(proofs: readonly Proof[], newest: Proof): readonly Proof[] {
  const said = ({ method, enrolmentId, passkey }: Proof) => JSON.stringify([method, enrolmentId, passkey]);
  return [...proofs.filter((proof) => said(proof) !== said(newest)), newest];
}

/** The highest level that the proofs carry. A second factor alone is still one factor. */
export function acrOf(proofs: readonly Proof[]): Acr {
  if (!proofs.some((proof) => proof.method === 'pwd')) return ACRS[0];
  return proofs.reduce<Acr>((highest, proof) => {
    const reached = acrWith(proof);
    return rank(reached) > rank(highest) ? reached : highest;
  }, ACRS[0]);
}

/** Phishing-resistant and two factors by itself is a passkey only when it knew its owner. */
function acrWith({ method, passkey }: Proof): Acr {
  if (method === 'pwd') return ACRS[0];
  return method === 'passkey' && passkey?.userVerified !== true
    ? METHOD_TRAITS.totp.acr
    : METHOD_TRAITS[method].acr;
}

/** RFC 8176: `hwk` is a key that can't leave its hardware, `swk` one that can; `user` the test of presence. */
function amrWith({ method, passkey }: Proof): readonly string[] {
  if (method === 'pwd') return ['pwd'];
  if (method === 'passkey') return [passkey?.deviceBound === true ? 'hwk' : 'swk', 'user'];
  return METHOD_TRAITS[method].amr;
}

/** RFC 8176 values of the proofs, each once; `mfa` from the level of two factors on. */
export function amrOf(proofs: readonly Proof[]): string[] {
  const values = proofs.flatMap(amrWith);
  const mfa = rank(acrOf(proofs)) >= rank('https://refeds.org/profile/mfa') ? ['mfa'] : [];
  return [...new Set([...values, ...mfa])];
}
