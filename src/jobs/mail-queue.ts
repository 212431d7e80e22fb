/**
 * Stores mail, and sends it beside the requests. It tries again when the transport put a message off, never after the
 * expiry. A process that ends leaves its messages to the next one. After a lease without an outcome the mail server may
 * have accepted the message, so one more attempt follows, and no third one.
 */
import { isMailbox } from '../domain/destination.ts';
import type { Log } from '../ports/log.ts';
import type { LeasedMail, MailOutboxStore, MailTransport } from '../ports/mail.ts';
import { DeliveryFailed, type Message, type MessageSender } from '../ports/senders.ts';
import type { Cipher, Clock, Random } from '../ports/system.ts';
import { decryptMail, encryptMail } from './encrypted-mail.ts';

/** Runs the task once, after so many milliseconds. The result calls it off. */
export type Schedule = (task: () => void, afterMs: number) => () => void;

export interface MailQueueOptions {
  readonly store: MailOutboxStore;
  /** Whether the store outlives the process: what is left at the end is for the next one. */
  readonly isDurable: boolean;
  readonly transport: MailTransport;
  readonly cipher: Pick<Cipher, 'encrypt' | 'tryDecrypt'>;
  readonly clock: Clock;
  readonly schedule: Schedule;
  readonly random: Pick<Random, 'id'>;
  readonly log: Log;
  /** False: another queue of this process has taken this one's place, and attempts what is in the store. */
  readonly isCurrent?: () => boolean;
  /** Messages of this process that are attempted or wait; the queue refuses the next one. */
  readonly length?: number;
  /** Attempts at the same time. */
  readonly concurrency: number;
}

export interface MailQueue extends MessageSender {
  /** Attempts messages that are due, those of processes that have ended too. */
  deliverDue(): Promise<void>;
  /**
   * Takes nothing more, and ends at the deadline at the latest. Without a durable store each message that is left is
   * attempted once more, also one that was put off.
   */
  close(withinMs: number): Promise<void>;
}

/** Some ten megabytes of mail. */
const LENGTH = 1000;
/** In milliseconds, for a message without a life of its own, which is a notice: greylisting seldom takes an hour. */
const DEFAULT_LIFE_MS = 60 * 60 * 1000;
/** Milliseconds before the second attempt, doubled for each one after it, up to the most. */
const FIRST_DELAY_MS = 1000;
const MOST_DELAY_MS = 5 * 60 * 1000;
/** In milliseconds: twice as long as an attempt takes at most, so that clocks of two instances may differ a little. */
const LEASE_MS = 20_000;
/** After so many lost leases the message may have been sent twice. */
const MOST_LOST_LEASES = 2;

export function createMailQueue(options: MailQueueOptions): MailQueue {
  const { store, isDurable, transport, cipher, clock, schedule, random, log, concurrency } = options;
  const { isCurrent = () => true, length = LENGTH } = options;
  /** Ids of messages under an attempt, or about to be. */
  const underWay = new Set<string>();
  /** Ids that this process has queued, and that nobody has taken yet as far as it knows. */
  const backlog = new Set<string>();
  /** By id: messages that this process has put off, each with its timer. */
  const waiting = new Map<string, { readonly callOff: () => void; readonly reason: string }>();
  const running = new Set<Promise<void>>();
  /** Attempts for which messages are being taken from the store. */
  let reserved = 0;
  let taking: Promise<void> | null = null;
  let takesAgain = false;
  let isMoreDue = false;
  let latestDueAt = 0;
  let isClosed = false;
  let isOver = false;

  const freeSlots = () => concurrency - underWay.size - reserved;

  /** Fills the free slots with due messages. A call during another one makes that look again. */
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
    let taken: readonly LeasedMail[];
    try {
      taken = await store.take(slots, dueBy(), clock.now() + LEASE_MS);
    } finally {
      reserved -= slots;
    }
    isMoreDue = taken.length === slots;
    if (!isMoreDue && !takesAgain) backlog.clear();
    for (const mail of taken) {
      backlog.delete(mail.id);
      // An attempt that outlasts its lease goes on, and no second one begins beside it here.
      if (!underWay.has(mail.id)) begin(mail);
    }
  }

  /** A timer may be a moment ahead of the clock. */
  function dueBy(): number {
    return isClosed && !isDurable ? Number.MAX_SAFE_INTEGER : Math.max(clock.now(), latestDueAt);
  }

  function begin(mail: LeasedMail, message?: Message): void {
    underWay.add(mail.id);
    const work = attempt(mail, message)
      .catch(report)
      .then(() => {
        underWay.delete(mail.id);
        return isMoreDue || backlog.size > 0 ? takeDue().catch(report) : undefined;
      })
      .finally(() => running.delete(work));
    running.add(work);
  }

  async function attempt(mail: LeasedMail, given?: Message): Promise<void> {
    if (clock.now() >= mail.expiresAt) return giveUp(mail, 'it was not sent within its life');
    if (mail.lostLeases >= MOST_LOST_LEASES) return giveUp(mail, 'it may have been sent twice already');
    const message = given ?? decryptMail(cipher, mail);
    // Another instance may have a newer key: the message is left to it.
    if (message === null) return putOff(mail, 'no listed key opens it');
    const result = await transport.attempt(message, mail.id);
    if (result.outcome === 'accepted') return store.remove(mail.id);
    // Broken off at the deadline: the server may have accepted it all the same, so that the lease counts as lost.
    if (isOver) return;
    if (result.outcome === 'refused') return giveUp(mail, result.reason);
    return putOff(mail, result.reason);
  }

  async function putOff(mail: LeasedMail, reason: string): Promise<void> {
    const delay = Math.min(FIRST_DELAY_MS * 2 ** mail.putOffs, MOST_DELAY_MS);
    const dueAt = clock.now() + delay;
    if (dueAt >= mail.expiresAt || (isClosed && !isDurable))
      return giveUp(mail, `${reason}, ${mail.putOffs + 1} times within its life`);
    await store.putOff(mail, dueAt);
    if (isClosed) return leave(reason);
    if (!isCurrent()) return;
    const isDue = () => {
      waiting.delete(mail.id);
      latestDueAt = Math.max(latestDueAt, dueAt);
      takeDue().catch(report);
    };
    waiting.set(mail.id, { callOff: schedule(isDue, delay), reason });
  }

  async function giveUp({ id }: LeasedMail, reason: string): Promise<void> {
    log({ event: 'mail.undelivered', reason });
    await store.remove(id);
  }

  /** The message is in the store for the next process, or for another instance. */
  function leave(reason: string): void {
    log({ event: 'mail.left', reason });
  }

  function report(error: unknown): void {
    if (!isOver) log({ event: 'mail.queue_failed', error });
  }

  async function drain(): Promise<void> {
    await takeDue().catch(report);
    while (running.size > 0) await Promise.all(running);
  }

  return {
    deliverDue: takeDue,

    async send(message) {
      if (message.channel !== 'email' || !isMailbox(message.to))
        throw new DeliveryFailed('the destination is not one mail address');
      if (isClosed) throw new DeliveryFailed('no mail is taken any more');
      if (underWay.size + backlog.size + waiting.size >= length)
        throw new DeliveryFailed('too much mail is waiting already');
      const now = clock.now();
      const unencrypted = { id: random.id(), expiresAt: message.expiresAt ?? now + DEFAULT_LIFE_MS };
      const mail = { ...unencrypted, encrypted: encryptMail(cipher, message, unencrypted) };
      const ids = freeSlots() > 0 ? underWay : backlog;
      ids.add(mail.id);
      try {
        await store.insert(mail, now, ids === underWay ? now + LEASE_MS : null);
      } catch (error) {
        ids.delete(mail.id);
        throw error;
      }
      if (ids === underWay) begin({ ...mail, lease: 1, putOffs: 0, lostLeases: 0 }, message);
      else takeDue().catch(report);
    },

    async close(withinMs) {
      if (isClosed) return;
      isClosed = true;
      for (const [id, { callOff, reason }] of waiting) {
        callOff();
        if (isDurable) leave(reason);
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
      if (!isDurable) {
        for (const _ of [...underWay, ...backlog])
          log({ event: 'mail.undelivered', reason: 'the server stopped before it was sent' });
      }
      transport.close();
    },
  };
}
