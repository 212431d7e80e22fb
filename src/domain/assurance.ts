/** From what was proven to `acr` and `amr`: computed here and nowhere else. */
import { METHOD_TRAITS, type MethodName } from './method.ts';

/** One factor; password and a mailed code; two factors; phishing-resistant. Lowest first. */
export const ACRS = [
  'https://refeds.org/profile/sfa',
  'urn:doublelock:acr:two-step',
  'https://refeds.org/profile/mfa',
  'phr',
] as const;
export type Acr = (typeof ACRS)[number];

/** One thing that a person proved, when, and (for a second factor) with which enrolment. */
export interface Proof {
  readonly method: 'pwd' | MethodName;
  readonly enrolmentId: string | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export function rank(acr: Acr): number {
  return ACRS.indexOf(acr);
}

export function isAcr(value: string): value is Acr {
  return (ACRS as readonly string[]).includes(value);
}

/** The highest level that the proofs carry. A second factor alone is still one factor. */
export function acrOf(proofs: readonly Proof[]): Acr {
  if (!proofs.some((proof) => proof.method === 'pwd')) return ACRS[0];
  return proofs.reduce<Acr>((highest, { method }) => {
    const reached = method === 'pwd' ? ACRS[0] : METHOD_TRAITS[method].acr;
    return rank(reached) > rank(highest) ? reached : highest;
  }, ACRS[0]);
}

/** RFC 8176 values of the proofs, each once; `mfa` from the level of two factors on. */
export function amrOf(proofs: readonly Proof[]): string[] {
  const values = proofs.flatMap(({ method }) => (method === 'pwd' ? ['pwd'] : METHOD_TRAITS[method].amr));
  const mfa = rank(acrOf(proofs)) >= rank('https://refeds.org/profile/mfa') ? ['mfa'] : [];
  return [...new Set([...values, ...mfa])];
}
