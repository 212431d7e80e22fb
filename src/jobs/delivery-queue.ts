/**
 * Attempts stored items beside the requests. It tries again when another server put an item off, never after the expiry. A
 * process that ends leaves its items to the next one. After a lease without an outcome the other server may have accepted
 * the item.
 */
import type { Attempt, LeasedItem, QueuedItem, QueueStore } from '../ports/queue.ts';
import type { Clock } from '../ports/system.ts';

/** Runs the task once, after so many milliseconds. The result calls it off. */
export type Schedule = (task: () => void, afterMs: number) => () => void;

/** The environment of a queue. */
export interface QueueParts {
  readonly store: QueueStore;
  /** Whether the store outlives the process: what is left at the end is for the next one. */
  readonly isDurable: boolean;
  readonly clock: Clock;
  readonly schedule: Schedule;
  /** False: another queue of this process has taken this one's place, and attempts what is in the store. */
  readonly isCurrent?: () => boolean;
  /** Attempts at the same time. */
  readonly concurrency: number;
}

/** One kind of item. */
export interface Kind<T> {
  /** Null: no key opens it. */
  readonly decrypt: (item: QueuedItem) => T | null;
  /** Never rejects. Takes less than half of a lease. */
  readonly attempt: (content: T, item: QueuedItem) => Promise<Attempt>;
  /** Milliseconds before the second attempt, doubled for each one after it, up to the most. */
  readonly delays: { readonly first: number; readonly most: number };
  /** Lost leases after which no attempt follows, because the item may have been sent several times already. */
  readonly mostLostLeases: number;
  /** The item will not arrive. `content` is null when it was not decrypted. */
  readonly onGivenUp: (reason: string, content: T | null, item: QueuedItem | null) => void | Promise<void>;
  /** The item is in the store for the next process, or for another instance. */
  readonly onLeft: (reason: string) => void;
  readonly onFailure: (error: unknown) => void;
}

export interface DeliveryQueue<T> {
  /**
   * Stores the item, and attempts it at once when a slot is free. Without `content` the item may be stored already, under
   * the lease of another process, so it is taken from the store first.
   */
  add(item: QueuedItem, content?: T): Promise<void>;
  /** Items of this process that are attempted or wait. */
  length(): number;
  isClosed(): boolean;
  /** Attempts items that are due, those of processes that have ended too. */
  deliverDue(): Promise<void>;
  /**
   * Ends at the deadline at the latest. Without a durable store each item that is left is attempted once more, also one
   * that was put off.
   */
  close(withinMs: number): Promise<void>;
}

/** In milliseconds: twice as long as an attempt takes at most, so that clocks of two instances may differ a little. */
const LEASE_MS = 20_000;

export function createDeliveryQueue<T>(
  { store, isDurable, clock, schedule, isCurrent = () => true, concurrency }: QueueParts,
  kind: Kind<T>,
): DeliveryQueue<T> {
  /** Ids of items under an attempt, or about to be. */
  const underWay = new Set<string>();
  /** Ids that this process has queued, and that nobody has taken yet as far as it knows. */
  const backlog = new Set<string>();
  /** By id: items that this process has put off, each with its timer. */
  const waiting = new Map<string, { readonly callOff: () => void; readonly reason: string }>();
  const running = new Set<Promise<void>>();
  /** Attempts for which items are being taken from the store. */
  let reserved = 0;
  let taking: Promise<void> | null = null;
  let takesAgain = false;
  let isMoreDue = false;
  let latestDueAt = 0;
  let isClosed = false;
  let isOver = false;

  const freeSlots = () => concurrency - underWay.size - reserved;

  /** Fills the free slots with due items. A call during another one makes that look again. */
  function takeDue(): Promise<void> {
    takesAgain = true;
    taking ??= Promise.resolve().then(takeWhileAsked);
    return taking;
  }

  async function takeWhileAsked(): Promise<void> {
    try {
      while (takesAgain) {
        takesAgain = false;
        await fillSlots();
      }
    } finally {
      taking = null;
    }
  }

  async function fillSlots(): Promise<void> {
    const slots = freeSlots();
    if (slots <= 0 || isOver || !isCurrent()) return;
    reserved += slots;
    let taken: readonly LeasedItem[];
    try {
      taken = await store.take(slots, dueBy(), clock.now() + LEASE_MS);
    } finally {
      reserved -= slots;
    }
    isMoreDue = taken.length === slots;
    if (!isMoreDue && !takesAgain) backlog.clear();
    for (const item of taken) {
      backlog.delete(item.id);
      // An attempt that outlasts its lease goes on, and no second one begins beside it here.
      if (!underWay.has(item.id)) begin(item);
    }
  }

  /** A timer may be a moment ahead of the clock. */
  function dueBy(): number {
    return isClosed && !isDurable ? Number.MAX_SAFE_INTEGER : Math.max(clock.now(), latestDueAt);
  }

  function begin(item: LeasedItem, content?: T): void {
    underWay.add(item.id);
    const work = attempt(item, content)
      .catch(report)
      .then(() => {
        underWay.delete(item.id);
        return isMoreDue || backlog.size > 0 ? takeDue().catch(report) : undefined;
      })
      .finally(() => running.delete(work));
    running.add(work);
  }

  async function attempt(item: LeasedItem, given?: T): Promise<void> {
    const content = given ?? kind.decrypt(item);
    if (clock.now() >= item.expiresAt) return giveUp(item, content, 'it was not sent within its life');
    if (item.lostLeases >= kind.mostLostLeases)
      return giveUp(item, content, 'it may have been sent twice already');
    // Another instance may have a newer key: the item is left to it.
    if (content === null) return putOff(item, content, 'no listed key opens it');
    const result = await kind.attempt(content, item);
    if (result.outcome === 'accepted') return store.remove(item.id);
    // Broken off at the deadline: the server may have accepted it all the same, so that the lease counts as lost.
    if (isOver) return;
    if (result.outcome === 'refused') return giveUp(item, content, result.reason);
    return putOff(item, content, result.reason);
  }

  async function putOff(item: LeasedItem, content: T | null, reason: string): Promise<void> {
    const delay = Math.min(kind.delays.first * 2 ** item.putOffs, kind.delays.most);
    const dueAt = clock.now() + delay;
    if (dueAt >= item.expiresAt || (isClosed && !isDurable))
      return giveUp(item, content, `${reason}, ${item.putOffs + 1} times within its life`);
    await store.putOff(item, dueAt);
    if (isClosed) return kind.onLeft(reason);
    if (!isCurrent()) return;
    const isDue = () => {
      waiting.delete(item.id);
      latestDueAt = Math.max(latestDueAt, dueAt);
      takeDue().catch(report);
    };
    waiting.set(item.id, { callOff: schedule(isDue, delay), reason });
  }

  async function giveUp(item: LeasedItem, content: T | null, reason: string): Promise<void> {
    await kind.onGivenUp(reason, content, item);
    await store.remove(item.id);
  }

  function report(error: unknown): void {
    if (!isOver) kind.onFailure(error);
  }

  async function drain(): Promise<void> {
    await takeDue().catch(report);
    while (running.size > 0) await Promise.all(running);
  }

  return {
    length: () => underWay.size + backlog.size + waiting.size,
    isClosed: () => isClosed,
    deliverDue: takeDue,

    async add(item, content) {
      const now = clock.now();
      const ids = content !== undefined && freeSlots() > 0 ? underWay : backlog;
      ids.add(item.id);
      try {
        await store.insert(item, now, ids === underWay ? now + LEASE_MS : null);
      } catch (error) {
        ids.delete(item.id);
        throw error;
      }
      if (ids === underWay) begin({ ...item, lease: 1, putOffs: 0, lostLeases: 0 }, content);
      else if (!isClosed) takeDue().catch(report);
    },

    async close(withinMs) {
      if (isClosed) return;
      isClosed = true;
      for (const [id, { callOff, reason }] of waiting) {
        callOff();
        if (isDurable) kind.onLeft(reason);
        else backlog.add(id);
      }
      waiting.clear();
      await new Promise<void>((resolve) => {
        const callOff = schedule(resolve, withinMs);
        void drain().then(() => {
          callOff();
          resolve();
        });
      });
      isOver = true;
      if (isDurable) return;
      for (const _ of [...underWay, ...backlog])
        await kind.onGivenUp('the server stopped before it was sent', null, null);
    },
  };
}
