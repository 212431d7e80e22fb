/** How work for another server outlives the process that queued it: mail, and notices of ended sessions. */

/** The outcome of one attempt. The reason is in words of this product and contains no address. */
export type Attempt =
  | { readonly outcome: 'accepted' }
  /** `later`: the same item may be accepted another time. `refused`: it never will be. */
  | { readonly outcome: 'later' | 'refused'; readonly reason: string };

/** An item that no other server has accepted yet. */
export interface QueuedItem {
  readonly id: string;
  /** The content with its recipient, encrypted for this id. */
  readonly encrypted: string;
  /** Milliseconds since the epoch. No attempt begins at this time or later. */
  readonly expiresAt: number;
}

/** An item that one caller may attempt, until its lease runs out. */
export interface LeasedItem extends QueuedItem {
  /** The number of this lease among the leases of the item. */
  readonly lease: number;
  /** Attempts after which the item was put off. */
  readonly putOffs: number;
  /** Leases that ran out while nobody recorded an outcome: each may have ended in an accepted item. */
  readonly lostLeases: number;
}

export interface QueueStore {
  /** Keeps the item. `leasedUntil`: the caller attempts it until then, as lease 1; null: anybody may take it. */
  insert(item: QueuedItem, now: number, leasedUntil: number | null): Promise<void>;
  /**
   * Leases items that are due at `now`, and those whose lease has run out, at most `limit`, the longest due first.
   * Two callers never hold a lease of the same item at the same time. Expired items are among them.
   */
  take(limit: number, now: number, leasedUntil: number): Promise<LeasedItem[]>;
  /** Ends the lease with the item not accepted. It is due again at `dueAt`. Changes nothing under a later lease. */
  putOff(item: Pick<LeasedItem, 'id' | 'lease'>, dueAt: number): Promise<void>;
  /** Ends the item, whether it was accepted or given up. */
  remove(id: string): Promise<void>;
}
