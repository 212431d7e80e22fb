/** Puts a queue before the mail transport, and a circuit breaker before the SMS gateway. */
import { createCircuit } from '../adapters/delivery/circuit.ts';
import { createMemoryMailOutbox } from '../adapters/delivery/memory-mail-outbox.ts';
import { MAIL_CONNECTIONS, type Transports } from '../adapters/delivery/open.ts';
import { createRoutingSender } from '../adapters/delivery/routing-sender.ts';
import { createCipher } from '../adapters/system/cipher.ts';
import type { Schedule } from '../jobs/delivery-queue.ts';
import { createMailQueue, type SentMarks } from '../jobs/mail-queue.ts';
import type { Log } from '../ports/log.ts';
import type { MailOutboxStore } from '../ports/mail.ts';
import type { MessageSender, OnRefused } from '../ports/senders.ts';
import type { Cipher, Clock, Random } from '../ports/system.ts';

export interface OpenSender extends MessageSender {
  /** Attempts queued mail that is due in the store. */
  deliverDue(): Promise<void>;
  /** Takes no more mail, sends waiting mail for at most this many milliseconds, and closes the connections. */
  close(withinMs: number): Promise<void>;
}

export type MailCipher = Pick<Cipher, 'encrypt' | 'tryDecrypt'>;

/** A queue of mail that outlives the process. */
export interface DurableQueue {
  readonly store: MailOutboxStore;
  readonly cipher: MailCipher;
  /** False: another sender of this process attempts the mail in the store. */
  readonly isCurrent?: () => boolean;
}

export const scheduleByTimer: Schedule = (task, afterMs) => {
  const timer = setTimeout(task, afterMs).unref();
  return () => clearTimeout(timer);
};

interface SenderSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Told of each mail with a `sendingId` that the mail server refuses for good. */
  readonly onRefused: OnRefused;
  /** Absent: there is nothing that remembers what has gone out. */
  readonly sent?: SentMarks | undefined;
}

/** A channel without a transport refuses. `queue` null: mail waits in memory, and ends with the process. */
export function createDeliverySender(
  { mail, sms }: Transports,
  { clock, random, log, onRefused, sent }: SenderSurroundings,
  queue: DurableQueue | null,
): OpenSender {
  const { store, cipher, isCurrent = () => true } = queue ?? memoryQueue(random);
  const mailQueue =
    mail &&
    createMailQueue({
      store,
      cipher,
      isCurrent,
      isDurable: queue !== null,
      transport: mail,
      clock,
      random,
      log,
      onRefused,
      sent,
      schedule: scheduleByTimer,
      concurrency: MAIL_CONNECTIONS,
    });
  const circuit = sms && createCircuit({ sender: sms, clock, log });
  const { send } = createRoutingSender({ email: mailQueue, sms: circuit, log });
  return {
    send,
    deliverDue: async () => mailQueue?.deliverDue(),
    async close(withinMs) {
      await mailQueue?.close(withinMs);
      sms?.close?.();
    },
  };
}

/** The key lives as long as the queue. */
function memoryQueue(random: Pick<Random, 'id'>): DurableQueue {
  return { store: createMemoryMailOutbox(), cipher: createCipher([{ id: 'memory', key: random.id() }]) };
}
