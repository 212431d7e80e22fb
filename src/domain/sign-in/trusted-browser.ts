/** A browser that needs no second factor for some time. Trust meets the tenant's policy, and no request beyond it. */
export interface TrustedBrowser {
  /** The digest of the series in its cookie. The stored value opens nothing, and stays as long as the trust does. */
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
  /** The newest generation of its token. The first use of each generation makes the next one. */
  readonly generation: number;
  /** The times of the last first uses, oldest first. Those older than the overlap may be missing. */
  readonly rotations: readonly number[];
}

/** The token of a browser, as the trust in it is looked up. */
export interface TrustToken {
  /** The id of the trusted browser. */
  readonly id: string;
  readonly generation: number;
}

/** The trust in the browser of a request. `outdated`: its token was used before, and its browser has a newer one. */
export type BrowserTrust =
  | { readonly kind: 'none' }
  | { readonly kind: 'trusted'; readonly browser: TrustedBrowser }
  | { readonly kind: 'outdated'; readonly browser: TrustedBrowser };

export const NOT_TRUSTED: BrowserTrust = { kind: 'none' };

/** For so long after its first use a token is still good: for a second tab, and for a browser that got no answer. */
export const OVERLAP_MS = 30_000;

/** First uses within the overlap that are kept: more than a person makes, and few enough for one row. */
const MOST_ROTATIONS = 50;

/** A generation beyond the stored one is good: only this server makes tokens, so the store has lost a use. */
export function trustBy(browser: TrustedBrowser, generation: number, now: number): BrowserTrust {
  const behind = browser.generation - generation;
  if (behind <= 0) return { kind: 'trusted', browser };
  const firstUsedAt = browser.rotations.at(-behind);
  const isRecent = firstUsedAt !== undefined && now - firstUsedAt <= OVERLAP_MS;
  return { kind: isRecent ? 'trusted' : 'outdated', browser };
}

/**
 * The browser after a use of this generation. All uses of one generation make the same next one, so that parallel uses
 * fork nothing.
 */
export function rotated(browser: TrustedBrowser, generation: number, now: number): TrustedBrowser {
  if (generation < browser.generation) return browser;
  const before = generation === browser.generation ? browser.rotations : [];
  const recent = before.filter((at) => now - at <= OVERLAP_MS);
  return { ...browser, generation: generation + 1, rotations: [...recent, now].slice(-MOST_ROTATIONS) };
}
