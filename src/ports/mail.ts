/**
 * How mail outlives the process that queued it: a store of encrypted messages, and the transport that takes them.
 * The outbox of development is another store, `OutboxStore`, which keeps messages to be read there.
 */
import type { Message } from './senders.ts';

/** The outcome of one attempt. The reason is in words of this product and contains no address. */
export type Attempt =
  | { readonly outcome: 'accepted' }
  /** `later`: the same message may be accepted another time. `refused`: it never will be. */
  | { readonly outcome: 'later' | 'refused'; readonly reason: string };

export interface MailTransport {
  /**
   * Has the same `id` for each attempt at a message, so that a receiver recognises a repeated one. Never rejects. An
   * attempt that takes longer than 20 seconds may be repeated by another instance.
   */
  attempt(message: Message, id: string): Promise<Attempt>;
  /** Drops its connections at once. */
  close(): void;
}

/** A message that no transport has accepted yet. */
export interface QueuedMail {
  readonly id: string;
  /** The rendered message with its recipient, encrypted for this id. */
  readonly encrypted: string;
  /** Milliseconds since the epoch. No attempt begins at this time or later. */
  readonly expiresAt: number;
}

/** A message that one caller may attempt, until its lease runs out. */
export interface LeasedMail extends QueuedMail {
  /** The number of this lease among the leases of the message. */
  readonly lease: number;
  /** Attempts after which the message was put off. */
  readonly putOffs: number;
  /** Leases that ran out while nobody recorded an outcome: each may have ended in an accepted message. */
  readonly lostLeases: number;
}

export interface MailOutboxStore {
  /** Keeps the message. `leasedUntil`: the caller attempts it until then, as lease 1; null: anybody may take it. */
  insert(mail: QueuedMail, now: number, leasedUntil: number | null): Promise<void>;
  /**
   * Leases messages that are due at `now`, and those whose lease has run out, at most `limit`, the longest due first.
   * Two callers never hold a lease of the same message at the same time. Expired messages are among them.
   */
  take(limit: number, now: number, leasedUntil: number): Promise<LeasedMail[]>;
  /** Ends the lease with the message not accepted. It is due again at `dueAt`. Changes nothing under a later lease. */
  putOff(mail: Pick<LeasedMail, 'id' | 'lease'>, dueAt: number): Promise<void>;
  /** Ends the message, whether it was accepted or given up. */
  remove(id: string): Promise<void>;
}
