/** The issuer of the provider that a plugin serves. A guest's plugin learns it from `routes()`. */

export interface KnownIssuer {
  /** Null until it is known. */
  current(): string | null;
  /** Throws for another issuer than before: passkeys belong to one site, and links in messages lead to one. */
  set(issuer: string): void;
}

export function createKnownIssuer(first: string | null = null): KnownIssuer {
  let known = first;
  return {
    current: () => known,
    set(issuer) {
      if (known !== null && known !== issuer)
        throw new TypeError('one secondFactor() is for one issuer: make another for another provider');
      known = issuer;
    },
  };
}
