/** `doublelock/delivery`: transports that carry the plugin's e-mails and text messages. */
import { type GatewayOptions, openGateway, openMailServer } from '../adapters/delivery/open.ts';
import { createCipher } from '../adapters/system/cipher.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { systemRandom } from '../adapters/system/random.ts';
import { mailboxOf, mailServerOf } from '../config/build/mail-server.ts';
import { DEFAULT_BODIES, TWILIO_URL } from '../config/build/sms.ts';
import { createQueueDelivery } from '../jobs/queue-delivery.ts';
import { startJobs } from '../jobs/runner.ts';
import type { Log } from '../ports/log.ts';
import type { MailOutboxStore, MailTransport } from '../ports/mail.ts';
import type { MessageSender, OnRefused } from '../ports/senders.ts';
import { createDeliverySender } from './delivery-sender.ts';
import { checkDeliver, checkHttp, checkSmpp, checkSmtp, checkTwilio } from './opener-options.ts';

export interface SmtpOptions {
  /**
   * `smtps://user:password@host:465` is TLS from the first byte. With `smtp://` the server must offer STARTTLS, unless it
   * is on this machine. `?tls=required` demands STARTTLS there too; `?tls=none` sends without TLS everywhere.
   */
  readonly url: string;
  /** An address, or `Name <address>`. */
  readonly from: string;
  /** PEM. Certificate authorities to trust in place of those of Node. */
  readonly ca?: string;
}

/** The sender that a phone shows: a number in E.164, a short code, or a name of eleven letters and digits at most. */
interface From {
  readonly from: string;
}

export interface TwilioOptions extends From {
  readonly accountSid: string;
  readonly authToken: string;
  /** Default: `https://api.twilio.com`. */
  readonly url?: string;
}

/**
 * Placeholders in `url` and `body` are `{to}` (E.164), `{to_digits}` (without the plus sign), `{from}`, `{text}` and
 * `{password}`. Each value is escaped for the place that it fills.
 */
export interface HttpOptions extends From {
  readonly url: string;
  /** Default: `POST`. */
  readonly method?: 'GET' | 'POST' | 'PUT';
  /** `{password}` is filled in. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: `to`, `from` and `text`, as JSON or as a form; none with `GET`. */
  readonly body?: string;
  /** JSON (the default), `application/x-www-form-urlencoded`, XML or plain text. */
  readonly contentType?: string;
  /** `body` is a regular expression on the answer. Default: every status from 200 to 299, with any answer. */
  readonly success?: { readonly statuses?: readonly number[]; readonly body?: string };
  readonly bearerToken?: string;
  /** The value of `{password}`. */
  readonly password?: string;
}

export interface SmppOptions extends From {
  readonly host: string;
  readonly port: number;
  readonly systemId: string;
  readonly password: string;
  /** Default: true. */
  readonly tls?: boolean;
  readonly systemType?: string;
  /** Default: `gsm`, and UCS-2 for a text with letters outside it. */
  readonly alphabet?: 'gsm' | 'latin1' | 'ucs2';
}

/** A gateway for text messages, from this module or your own. It answers within five seconds and sends nothing twice. */
export interface SmsGateway extends MessageSender {
  /** Closes the connection. */
  close?(): void;
}

export interface DurableMailQueue {
  /** `mailOutbox` of `doublelock/embedded` or `doublelock/mongo`, or your own. */
  readonly store: MailOutboxStore;
  /** As in `secondFactor()`. Mail is encrypted with the first key, and lives in the store for an hour at most. */
  readonly encryption: readonly { readonly id: string; readonly key: string }[];
}

export interface DeliverOptions {
  /** Without it no mail is sent. Then set `email: null` in the plugin, so that it offers no codes by e-mail. */
  readonly mail?: MailTransport;
  /** Without it no text message is sent. */
  readonly sms?: SmsGateway;
  /**
   * Keeps mail in a store until the mail server has accepted it, so that it outlives the process. Several processes may
   * share the store. Default: mail waits in memory, and ends with the process.
   */
  readonly queue?: DurableMailQueue;
  /** Gets a line for each message that was not sent, without its recipient. Default: no log. */
  readonly log?: Log;
}

export interface Delivery extends MessageSender {
  /** Accepts no more mail, sends queued mail for `withinMs` milliseconds (default: 3000), and closes connections. */
  close(withinMs?: number): Promise<void>;
}

/** Connects with the first message. Rejects when `url` or `from` can't be used. */
export async function smtp(options: SmtpOptions): Promise<MailTransport> {
  checkSmtp(options);
  const server = mailServerOf(options.url);
  if (server === null)
    throw new Error('the address of the mail server is none: smtps://user:password@host:port');
  return openMailServer({ server, from: mailboxOf(options.from), ca: options.ca });
}

export async function twilio(given: TwilioOptions): Promise<SmsGateway> {
  checkTwilio(given);
  const { from, ...options } = given;
  return open({ transport: 'twilio', url: TWILIO_URL, ...options }, from);
}

/** Rejects when a template can't be filled. */
export async function http(given: HttpOptions): Promise<SmsGateway> {
  checkHttp(given);
  const { from, success, ...options } = given;
  const { method = 'POST', contentType = 'application/json' } = options;
  const body = options.body ?? DEFAULT_BODIES[contentType] ?? null;
  return open(
    {
      transport: 'http',
      headers: {},
      bearerToken: null,
      password: null,
      ...options,
      method,
      contentType,
      body: method === 'GET' ? null : body,
      success: { statuses: null, body: null, ...success },
    },
    from,
  );
}

export async function smpp(given: SmppOptions): Promise<SmsGateway> {
  checkSmpp(given);
  const { from, ...options } = given;
  return open({ transport: 'smpp', tls: true, systemType: '', alphabet: 'gsm', ...options }, from);
}

/**
 * Makes one sender for the plugin. Mail is queued at once, and retried until it expires. A gateway that fails
 * repeatedly gets no messages for a while.
 *
 * @example secondFactor({ sender: deliver({ mail: await smtp({ url, from: 'Acme <no-reply@acme.example>' }) }), … })
 */
export function deliver(options: DeliverOptions): Delivery {
  checkDeliver(options);
  const { mail, sms, queue, log = () => {} } = options;
  const listeners = new Set<OnRefused>();
  const onRefused: OnRefused = async (sendingId) => {
    await Promise.all([...listeners].map((listener) => listener(sendingId)));
  };
  const around = { clock: systemClock, random: systemRandom, log, onRefused };
  const durable = queue ? { store: queue.store, cipher: createCipher(queue.encryption) } : null;
  const sender = createDeliverySender({ mail: mail ?? null, sms: sms ?? null }, around, durable);
  const stop = startJobs(
    durable ? [createQueueDelivery({ queue: 'mail', deliverDue: sender.deliverDue, log })] : [],
  );
  return {
    send: sender.send,
    onRefused: (listener) => void listeners.add(listener),
    async close(withinMs = 3000) {
      await stop();
      await sender.close(withinMs);
    },
  };
}

async function open(gateway: GatewayOptions, from: string): Promise<SmsGateway> {
  return openGateway(gateway, { from, clock: systemClock, random: systemRandom });
}
