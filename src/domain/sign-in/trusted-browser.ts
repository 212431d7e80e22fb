/** A browser in which a person need not give a second factor for a while: it meets the tenant's policy, and no more. */
export interface TrustedBrowser {
  /** Digest of the token in its cookie: what is stored opens nothing. */
  readonly id: string;
  readonly accountId: string;
  readonly tenantId: string;
  /** The browser's own words. */
  readonly browser: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** When a sign-in last went without a second factor, and the application it was for; null: never yet. */
  readonly lastUsedAt: number | null;
  readonly lastUsedFor: string | null;
  readonly expiresAt: number;
}
