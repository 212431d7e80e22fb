/**
 * How mail outlives the process that queued it: a store of encrypted messages, and the transport that takes them.
 * The outbox of development is another store, `OutboxStore`, which keeps messages to be read there.
 */
import type { Attempt, LeasedItem, QueuedItem, QueueStore } from './queue.ts';
import type { Message } from './senders.ts';

export interface MailTransport {
  /**
   * Has the same `id` for each attempt at a message, so that a receiver recognises a repeated one. Never rejects. An
   * attempt that takes longer than 20 seconds may be repeated by another instance.
   */
  attempt(message: Message, id: string): Promise<Attempt>;
  /** Drops its connections at once. */
  close(): void;
}

/** A message that no transport has accepted yet: rendered, with its recipient. */
export type QueuedMail = QueuedItem;

/** A message that one caller may attempt, until its lease runs out. */
export type LeasedMail = LeasedItem;

export type MailOutboxStore = QueueStore;
