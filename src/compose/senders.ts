/** By what mail and SMS go out: from a configuration to one sender, each transport loaded when it is named. */
import { createCircuit } from '../adapters/delivery/circuit.ts';
import { createMailQueue, type MailTransport, type Schedule } from '../adapters/delivery/mail-queue.ts';
import { createOutboxSender } from '../adapters/delivery/outbox-sender.ts';
import { createRoutingSender } from '../adapters/delivery/routing-sender.ts';
import { mailboxOf, mailServerOf } from '../config/build/mail-server.ts';
import type { Config, SmsGateway } from '../config/shape.ts';
import type { Log, Logger } from '../ports/log.ts';
import type { MessageSender } from '../ports/senders.ts';
import type { OutboxStore } from '../ports/stores.ts';
import type { Clock, Random } from '../ports/system.ts';

export interface OpenSender extends MessageSender {
  /** Takes no mail any more, sends what can still be sent within so many milliseconds, and hangs up. */
  close(withinMs: number): Promise<void>;
}

export interface SenderParts {
  readonly stores: { readonly outbox: Pick<OutboxStore, 'append'> };
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

/** Mail waits its turn, an SMS gateway that fails is left alone; a channel without transport refuses. */
export function overTransports(
  { mail, sms }: Transports,
  { clock, random, log }: { readonly clock: Clock; readonly random: Random; readonly log: Log },
): OpenSender {
  const queue =
    mail &&
    createMailQueue({ transport: mail, clock, random, log, schedule: inTime, concurrency: MAIL_CONNECTIONS });
  const circuit = sms && createCircuit({ sender: sms, clock, log });
  return {
    ...createRoutingSender({ email: queue, sms: circuit, log }),
    async close(withinMs) {
      await queue?.close(withinMs);
      sms?.close?.();
    },
  };
}

/** In development what has no transport goes to the outbox; elsewhere it goes nowhere, and says so. */
async function openSender(config: Delivery, parts: SenderParts): Promise<OpenSender> {
  const { stores, clock, logger } = parts;
  const [mail, sms] = await Promise.all([openMail(config), openSms(config, parts)]);
  const sender = overTransports({ mail, sms }, { ...parts, log: logger.warn });
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
  of(config: Delivery): Promise<OpenSender>;
  close(withinMs: number): Promise<void>;
}

/**
 * One sender for each configuration that a process has had: a reload that leaves delivery as it is keeps the queue,
 * and requests of an older handler still have theirs. Unused connections end by themselves.
 */
export function createSenders(parts: SenderParts): Senders {
  const open = new Map<string, Promise<OpenSender>>();
  return {
    of({ environment, mail, sms }) {
      const { limits: _, allowedPrefixes: __, ...gateway } = sms;
      const key = JSON.stringify([environment, mail, gateway]);
      const found = open.get(key);
      if (found !== undefined) return found;
      const sender = openSender({ environment, mail, sms }, parts);
      open.set(key, sender);
      // What could not be opened is opened anew when it is asked for again.
      sender.catch(() => open.delete(key));
      return sender;
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
