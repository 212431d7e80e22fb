/** Opens one sender of mail and SMS for each configuration. */
import { openGateway, openMailServer } from '../adapters/delivery/open.ts';
import { createOutboxSender } from '../adapters/delivery/outbox-sender.ts';
import { mailboxOf, mailServerOf } from '../config/build/mail-server.ts';
import type { Config } from '../config/shape.ts';
import { CAMPAIGN_KEPT_MS } from '../domain/administration/campaign.ts';
import type { SentMarks } from '../jobs/mail-queue.ts';
import {
  createDeliverySender,
  type DurableQueue,
  type MailCipher,
  type OpenSender,
} from '../plugin/delivery-sender.ts';
import type { Logger } from '../ports/log.ts';
import type { MailOutboxStore } from '../ports/mail.ts';
import type { OnceStore, OutboxStore } from '../ports/stores.ts';
import type { Clock, Random } from '../ports/system.ts';
import { createUndeliveredCodes } from '../use-cases/second-factor/undelivered-codes.ts';

export interface SenderParts {
  readonly stores: {
    readonly outbox: Pick<OutboxStore, 'append'>;
    readonly mailOutbox: MailOutboxStore;
    readonly onceKeys: Pick<OnceStore, 'first' | 'peek'>;
  };
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Pick<Logger, 'warn'>;
}

type Delivery = Pick<Config, 'environment' | 'mail' | 'sms'>;

/** Opens the transports. In development the outbox takes the messages of a channel that has no transport. */
async function openSender(
  { environment, mail: mailConfig, sms: smsConfig }: Delivery,
  { stores, clock, random, logger }: SenderParts,
  queue: DurableQueue,
): Promise<OpenSender> {
  const [mail, sms] = await Promise.all([
    openMail(mailConfig),
    smsConfig.gateway && openGateway(smsConfig.gateway, { from: smsConfig.from, clock, random }),
  ]);
  const { note: onRefused } = createUndeliveredCodes({ onceKeys: stores.onceKeys, clock });
  const sent = sentMarksOf({ stores, clock });
  const around = { clock, random, log: logger.warn, onRefused, sent };
  const sender = createDeliverySender({ mail, sms }, around, queue);
  if (environment !== 'development') return sender;
  const outboxSender = createOutboxSender({ outbox: stores.outbox, clock });
  const transports = { email: mail, sms };
  const { deliverDue, close } = sender;
  return {
    send: (message) => (transports[message.channel] ? sender : outboxSender).send(message),
    deliverDue,
    close,
  };
}

/** Milliseconds: longer than a mailing that was interrupted is tried again. */
const SENT_KEPT_MS = CAMPAIGN_KEPT_MS;

function sentMarksOf({ stores: { onceKeys }, clock }: Pick<SenderParts, 'stores' | 'clock'>): SentMarks {
  const keyOf = (onceId: string) => `mail-sent:${onceId}`;
  return {
    has: async (onceId) => (await onceKeys.peek(keyOf(onceId))) !== null,
    async add(onceId) {
      await onceKeys.first(keyOf(onceId), '', clock.now() + SENT_KEPT_MS);
    },
  };
}

/** Throws an error without the URL, which holds the password. */
async function openMail({ url, from }: Config['mail']) {
  if (url === null) return null;
  const server = mailServerOf(url);
  if (server === null) throw new Error('mail.url is no address of a mail server');
  return openMailServer({ server, from: mailboxOf(from) });
}

/** Prefixes of the numbers that get an SMS; null: every number. In development the outbox takes every number. */
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
