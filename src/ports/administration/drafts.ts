/** The storage interface of short-lived drafts: what a person has typed, until it is confirmed. */

export interface DraftStore {
  /** Takes the place of an older draft under this key. `expiresAt` in milliseconds since the epoch. */
  put(key: string, draft: Readonly<Record<string, unknown>>, expiresAt: number): Promise<void>;
  find(key: string, now: number): Promise<Record<string, unknown> | null>;
  /** True for exactly one caller. */
  remove(key: string): Promise<boolean>;
}
