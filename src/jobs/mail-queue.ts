/**
 * Stores mail, and sends it beside the requests, as `delivery-queue.ts` does it. A message of which two leases were lost
 * may have been sent twice, so no third attempt follows. A message that was handed over again goes out once.
 */
import { isMailbox } from '../domain/destination.ts';
import type { Log } from '../ports/log.ts';
import type { MailTransport } from '../ports/mail.ts';
import type { Attempt, QueuedItem } from '../ports/queue.ts';
import { DeliveryFailed, type Message, type MessageSender, type OnRefused } from '../ports/senders.ts';
import type { Cipher, Random } from '../ports/system.ts';
import { createDeliveryQueue, type QueueParts } from './delivery-queue.ts';
import { decryptMail, encryptMail } from './encrypted-mail.ts';

/** Remembers which of the messages with a `onceId` have gone out, after they have left the queue. */
export interface SentMarks {
  has(onceId: string): Promise<boolean>;
  add(onceId: string): Promise<void>;
}

export interface MailQueueOptions extends QueueParts {
  readonly transport: MailTransport;
  readonly cipher: Pick<Cipher, 'encrypt' | 'tryDecrypt'>;
  readonly random: Pick<Random, 'id'>;
  readonly log: Log;
  /** Told of each message with a `sendingId` that the mail server refuses for good. */
  readonly onRefused?: OnRefused;
  /** Default: none, so that a message goes out again that was handed over again after it was sent. */
  readonly sent?: SentMarks | undefined;
  /** Messages of this process that are attempted or wait; the queue refuses the next one. */
  readonly length?: number;
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

const NO_MARKS: SentMarks = { has: async () => false, add: async () => {} };

export function createMailQueue(options: MailQueueOptions): MailQueue {
  const { transport, cipher, clock, random, log, onRefused = async () => {}, length = LENGTH } = options;
  const { sent = NO_MARKS } = options;
  const queue = createDeliveryQueue<Message>(options, {
    decrypt: (mail) => decryptMail(cipher, mail),
    attempt,
    delays: { first: 1000, most: 5 * 60 * 1000 },
    mostLostLeases: 2,
    onGivenUp: (reason) => log({ event: 'mail.undelivered', reason }),
    onLeft: (reason) => log({ event: 'mail.left', reason }),
    onFailure: (error) => log({ event: 'mail.queue_failed', error }),
  });

  async function attempt(message: Message, item: QueuedItem): Promise<Attempt> {
    const { onceId } = message;
    if (onceId === undefined) return transmit(message, item);
    try {
      if (await sent.has(onceId)) return { outcome: 'accepted' };
      const result = await transmit(message, item);
      if (result.outcome !== 'later') await sent.add(onceId);
      return result;
    } catch (error) {
      log({ event: 'mail.queue_failed', error });
      return { outcome: 'later', reason: 'a store does not answer' };
    }
  }

  async function transmit(message: Message, { id }: QueuedItem): Promise<Attempt> {
    const result = await transport.attempt(message, id);
    const { sendingId } = message;
    if (result.outcome === 'refused' && sendingId !== undefined)
      await onRefused(sendingId).catch((error: unknown) => log({ event: 'mail.queue_failed', error }));
    return result;
  }

  return {
    deliverDue: queue.deliverDue,

    async send(message) {
      if (message.channel !== 'email' || !isMailbox(message.to))
        throw new DeliveryFailed('the destination is not one mail address');
      if (queue.isClosed()) throw new DeliveryFailed('no mail is taken any more');
      if (queue.length() >= length) throw new DeliveryFailed('too much mail is waiting already');
      const unencrypted = {
        id: message.onceId ?? random.id(),
        expiresAt: message.expiresAt ?? clock.now() + DEFAULT_LIFE_MS,
      };
      const item = { ...unencrypted, encrypted: encryptMail(cipher, message, unencrypted) };
      // A message with an id of its own may be stored already, under the lease of another process.
      await (message.onceId === undefined ? queue.add(item, message) : queue.add(item));
    },

    async close(withinMs) {
      await queue.close(withinMs);
      transport.close();
    },
  };
}
