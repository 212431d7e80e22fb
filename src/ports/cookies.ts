/** Signatures of cookies, with the methods of the keygrip package that Koa and oidc-provider call. */
export interface CookieSignatures {
  sign(data: string): string;
  verify(data: string, signature: string): boolean;
  /** The position of the key that made the signature, the newest being 0; -1 for an unknown signature. */
  index(data: string, signature: string): number;
}
