/** The levels that a sign-in can reach, as `acr` names them. */

/** One factor; password and a mailed code; two factors; phishing-resistant. Lowest first. */
export const ACRS = [
  'https://refeds.org/profile/sfa',
  'urn:doublelock:acr:two-step',
  'https://refeds.org/profile/mfa',
  'phr',
] as const;
export type Acr = (typeof ACRS)[number];

export function rank(acr: Acr): number {
  return ACRS.indexOf(acr);
}

export function isAcr(value: string): value is Acr {
  return (ACRS as readonly string[]).includes(value);
}
