/** From what was proven to `acr` and `amr`: computed here and nowhere else. */
import { ACRS, type Acr, rank } from './acr.ts';
import { METHOD_TRAITS, type MethodName } from './method.ts';

/** One thing that a person proved, when, and (for a second factor) with which enrolment. */
export interface Proof {
  readonly method: 'pwd' | MethodName;
  readonly enrolmentId: string | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
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
