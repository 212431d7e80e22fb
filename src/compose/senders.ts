/** By what mail and SMS go out: from a configuration to one sender, each transport loaded when it is named. */
import { createCircuit } from '../adapters/delivery/circuit.ts';
import { createMemoryMailOutbox } from '../adapters/delivery/memory-mail-outbox.ts';
import { createOutboxSender } from '../adapters/delivery/outbox-sender.ts';
import { createRoutingSender } from '../adapters/delivery/routing-sender.ts';
import { createCipher } from '../adapters/system/cipher.ts';
import { mailboxOf, mailServerOf } from '../config/build/mail-server.ts';
import type { Config, SmsGateway } from '../config/shape.ts';
import { createMailQueue, type Schedule } from '../jobs/mail-queue.ts';
import type { Log, Logger } from '../ports/log.ts';
import type { MailOutboxStore, MailTransport } from '../ports/mail.ts';
import type { MessageSender } from '../ports/senders.ts';
import type { OutboxStore } from '../ports/stores.ts';
import type { Cipher, Clock, Random } from '../ports/system.ts';

export interface OpenSender extends MessageSender {
  /** Attempts queued mail that is due in the store. */
  deliverDue(): Promise<void>;
  /** Takes no mail any more, sends what can still be sent within so many milliseconds, and hangs up. */
  close(withinMs: number): Promise<void>;
}

type MailCipher = Pick<Cipher, 'encrypt' | 'tryDecrypt'>;

/** Where mail waits that outlives the process. */
export interface DurableQueue {
  readonly store: MailOutboxStore;
  readonly cipher: MailCipher;
  /** False: another sender of this process attempts what is in the store. */
  readonly isCurrent?: () => boolean;
}

export interface SenderParts {
  readonly stores: { readonly outbox: Pick<OutboxStore, 'append'>; readonly mailOutbox: MailOutboxStore };
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Pick<Logger, 'warn'>;
}

/** What a transport is, without the care that is taken around it. */
export interface Transports {
  readonly mail: MailTransport | null;
  readonly sms: (MessageSender & { close?(): void }) | null;
}

type Delivery = Pick<Config, 'environment' | 'mail' | 'sms'>;

/** Connections to the mail server at once, and so messages on their way to it. */
const MAIL_CONNECTIONS = 5;

const inTime: Schedule = (task, afterMs) => {
  const timer = setTimeout(task, afterMs).unref();
  return () => clearTimeout(timer);
};

interface Around {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/**
 * Mail waits its turn, and an SMS gateway that fails is left alone. A channel without a transport refuses. `queue` null:
 * mail waits in memory, and ends with the process.
 */
export function overTransports(
  { mail, sms }: Transports,
  { clock, random, log }: Around,
  queue: DurableQueue | null,
): OpenSender {
  const mailQueue =
    mail &&
    createMailQueue({
      ...(queue ?? memoryQueue(random)),
      isDurable: queue !== null,
      transport: mail,
      clock,
      random,
      log,
      schedule: inTime,
      concurrency: MAIL_CONNECTIONS,
    });
  const circuit = sms && createCircuit({ sender: sms, clock, log });
  return {
    ...createRoutingSender({ email: mailQueue, sms: circuit, log }),
    deliverDue: async () => mailQueue?.deliverDue(),
    async close(withinMs) {
      await mailQueue?.close(withinMs);
      sms?.close?.();
    },
  };
}

/** The key is as short-lived as the queue. */
function memoryQueue(random: Pick<Random, 'id'>): DurableQueue {
  return { store: createMemoryMailOutbox(), cipher: createCipher([{ id: 'memory', key: random.id() }]) };
}

/** In development a message without a transport goes to the outbox; elsewhere it goes nowhere, and the log says so. */
async function openSender(config: Delivery, parts: SenderParts, queue: DurableQueue): Promise<OpenSender> {
  const { stores, clock, logger } = parts;
  const [mail, sms] = await Promise.all([openMail(config), openSms(config, parts)]);
  const sender = overTransports({ mail, sms }, { ...parts, log: logger.warn }, queue);
  if (config.environment !== 'development') return sender;
  const outbox = createOutboxSender({ outbox: stores.outbox, clock });
  const real = { email: mail, sms };
  return { ...sender, send: (message) => (real[message.channel] ? sender : outbox).send(message) };
}

/** Beginnings of numbers that get an SMS. In development any number does: it goes no further than the outbox. */
export function allowedPrefixesOf({ environment, sms }: Delivery): readonly string[] | null {
  const isOutbox =
    environment === 'development' && sms.transport === 'outbox' && sms.allowedPrefixes.length === 0;
  return isOutbox ? null : sms.allowedPrefixes;
}

export interface Senders {
  /** `cipher` encrypts queued mail from now on, whichever configuration queued it. */
  of(config: Delivery, cipher: MailCipher): Promise<OpenSender>;
  /** Attempts queued mail that is due in the store, by the newest sender. */
  deliverDue(): Promise<void>;
  close(withinMs: number): Promise<void>;
}

/**
 * One sender for each configuration that a process has had. A reload that leaves delivery as it is keeps the queue, and
 * requests of an older handler still have theirs. The newest one alone attempts mail that is in the store already.
 */
export function createSenders(parts: SenderParts): Senders {
  const open = new Map<string, Promise<OpenSender>>();
  let current: string | null = null;
  let newest: MailCipher | null = null;

  function queueOf(key: string, cipher: MailCipher): DurableQueue {
    return {
      store: parts.stores.mailOutbox,
      cipher: {
        encrypt: (...given) => (newest ?? cipher).encrypt(...given),
        tryDecrypt: (...given) => (newest ?? cipher).tryDecrypt(...given),
      },
      isCurrent: () => key === current,
    };
  }

  return {
    of({ environment, mail, sms }, cipher) {
      const { limits: _, allowedPrefixes: __, ...gateway } = sms;
      const key = JSON.stringify([environment, mail, gateway]);
      current = key;
      newest = cipher;
      const found = open.get(key);
      if (found !== undefined) return found;
      const sender = openSender({ environment, mail, sms }, parts, queueOf(key, cipher));
      open.set(key, sender);
      // A sender that could not be opened is opened anew when it is asked for again.
      sender.catch(() => open.delete(key));
      return sender;
    },
    async deliverDue() {
      await (await open.get(current ?? ''))?.deliverDue();
    },
    async close(withinMs) {
      const all = await Promise.all(open.values());
      await Promise.all(all.map((sender) => sender.close(withinMs)));
    },
  };
}

async function openMail({ mail }: Delivery): Promise<MailTransport | null> {
  return mail.url === null ? null : openSmtp({ url: mail.url, from: mail.from });
}

/** Throws a line without the address, which holds the password. */
export async function openSmtp(given: {
  readonly url: string;
  readonly from: string;
  readonly ca?: string | undefined;
}): Promise<MailTransport> {
  const server = mailServerOf(given.url);
  if (server === null)
    throw new Error('the address of the mail server is none: smtps://user:password@host:port');
  const { createSmtpTransport } = await import('../adapters/delivery/smtp-sender.ts');
  return createSmtpTransport({
    server,
    from: mailboxOf(given.from),
    ca: given.ca,
    connections: MAIL_CONNECTIONS,
  });
}

async function openSms({ sms }: Delivery, { clock, random }: SenderParts): Promise<Transports['sms']> {
  return sms.gateway && openGateway(sms.gateway, { from: sms.from, clock, random });
}

export interface GatewayParts {
  readonly from: string;
  readonly clock: Clock;
  readonly random: Random;
}

export async function openGateway(
  gateway: SmsGateway,
  parts: GatewayParts,
): Promise<NonNullable<Transports['sms']>> {
  switch (gateway.transport) {
    case 'twilio': {
      const { createTwilioSender } = await import('../adapters/delivery/sms/twilio.ts');
      return createTwilioSender({ ...gateway, ...parts });
    }
    case 'http': {
      const { createHttpGateway } = await import('../adapters/delivery/sms/http-gateway.ts');
      return createHttpGateway({ ...gateway, ...parts });
    }
    case 'smpp': {
      const { createSmppSender } = await import('../adapters/delivery/sms/smpp.ts');
      return createSmppSender({ server: gateway, alphabet: gateway.alphabet, ...parts });
    }
  }
}
