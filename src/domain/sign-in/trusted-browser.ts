/** A browser that needs no second factor for some time. Trust meets the tenant's policy, and no request beyond it. */
export interface TrustedBrowser {
  /** The digest of the token in its cookie. The stored value opens nothing. */
  readonly id: string;
  readonly accountId: string;
  readonly tenantId: string;
  /** Its `User-Agent`. */
  readonly browser: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** The time and the application of the last sign-in without a second factor. Null before the first. */
  readonly lastUsedAt: number | null;
  readonly lastUsedFor: string | null;
  readonly expiresAt: number;
}
