/** Signatures of cookies, as Koa and oidc-provider ask for them of the keygrip package. */
export interface CookieSignatures {
  sign(data: string): string;
  verify(data: string, signature: string): boolean;
  /** The position of the key that made the signature, the newest being 0; -1 for an unknown signature. */
  index(data: string, signature: string): number;
}
