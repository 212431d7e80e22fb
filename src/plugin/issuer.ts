/** The issuer of the provider that a plugin serves. A guest's plugin learns it from `routes()`. */

import { type PasskeySite, passkeySiteOf } from '../domain/methods/webauthn.ts';

export interface KnownIssuer {
  /** Null until it is known. */
  current(): string | null;
  /** The site of its passkeys: parsed once, since each evaluation of the policy asks for it. Null until it is known. */
  passkeySite(): PasskeySite | null;
  /** Throws for another issuer than before: passkeys belong to one site, and links in messages lead to one. */
  set(issuer: string): void;
}

export function createKnownIssuer(first: string | null = null): KnownIssuer {
  let known = first;
  let site = first === null ? null : passkeySiteOf(first);
  return {
    current: () => known,
    passkeySite: () => site,
    set(issuer) {
      if (known !== null && known !== issuer)
        throw new TypeError('one secondFactor() is for one issuer: make another for another provider');
      if (known === null) site = passkeySiteOf(issuer);
      known = issuer;
    },
  };
}
