/** `doublelock/delivery`: how the plugin's mails and text messages reach people. */
import type { MailTransport } from '../adapters/delivery/mail-queue.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { systemRandom } from '../adapters/system/random.ts';
import { openGateway, openSmtp, overTransports } from '../compose/senders.ts';
import { DEFAULT_BODIES, TWILIO_URL } from '../config/build/sms.ts';
import type { SmsGateway as GatewayConfig } from '../config/shape.ts';
import type { Log } from '../ports/log.ts';
import type { MessageSender } from '../ports/senders.ts';
import { checkDeliver, checkHttp, checkSmpp, checkSmtp, checkTwilio } from './opener-options.ts';

export interface SmtpOptions {
  /**
   * `smtps://user:password@host:465` is TLS from the first byte. With `smtp://` the server must offer STARTTLS, except
   * on this machine; `?tls=required` asks for it there too, `?tls=none` goes without anywhere.
   */
  readonly url: string;
  /** An address, or `Name <address>`. */
  readonly from: string;
  /** PEM: who may vouch for the server instead of those whom Node trusts. */
  readonly ca?: string;
}

/** A number in E.164, a short code, or a name of eleven letters and digits at most: what a phone shows. */
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
 * The places in `url` and `body` are `{to}` (E.164), `{to_digits}` (without the plus sign), `{from}`, `{text}` and
 * `{password}`, each escaped for where it stands.
 */
export interface HttpOptions extends From {
  readonly url: string;
  /** Default: `POST`. */
  readonly method?: 'GET' | 'POST' | 'PUT';
  /** `{password}` is put in. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: `to`, `from` and `text`, as JSON or as a form; none with `GET`. */
  readonly body?: string;
  /** JSON (the default), `application/x-www-form-urlencoded`, XML or plain text. */
  readonly contentType?: string;
  /** Default: every status from 200 to 299, whatever the answer says; `body` is a regular expression. */
  readonly success?: { readonly statuses?: readonly number[]; readonly body?: string };
  readonly bearerToken?: string;
  /** What `{password}` stands for. */
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
  /** Default: `gsm`, with UCS-2 for what it has no letters for. */
  readonly alphabet?: 'gsm' | 'latin1' | 'ucs2';
}

/**
 * A gateway for text messages: one of this module, or your own. It takes five seconds at most, and sends nothing twice.
 */
export interface SmsGateway extends MessageSender {
  /** Hangs up. */
  close?(): void;
}

export interface DeliverOptions {
  /** Without it no mail goes out: then say `email: null` to the plugin, so that no codes by mail are offered. */
  readonly mail?: MailTransport;
  /** Without it no text message goes out. */
  readonly sms?: SmsGateway;
  /** Told of each message that did not get away, without whom it was for. Default: nobody. */
  readonly log?: Log;
}

export interface Delivery extends MessageSender {
  /** Takes no mail any more, sends what can still be sent within so many milliseconds (default: 3000), and hangs up. */
  close(withinMs?: number): Promise<void>;
}

/** Rejects when address or sender can't be used. No connection is made before there is something to send. */
export async function smtp(options: SmtpOptions): Promise<MailTransport> {
  checkSmtp(options);
  return openSmtp(options);
}

export async function twilio(given: TwilioOptions): Promise<SmsGateway> {
  checkTwilio(given);
  const { from, ...options } = given;
  return open({ transport: 'twilio', url: TWILIO_URL, ...options }, from);
}

/** Rejects when the templates can't be filled. */
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
 * One sender for the plugin. Mail is taken over at once and sent again when it was put off, never after its life;
 * a gateway that fails again and again is left alone for a while.
 *
 * @example secondFactor({ sender: deliver({ mail: await smtp({ url, from: 'Acme <no-reply@acme.example>' }) }), … })
 */
export function deliver(options: DeliverOptions): Delivery {
  checkDeliver(options);
  const { mail, sms, log = () => {} } = options;
  const around = { clock: systemClock, random: systemRandom, log };
  const sender = overTransports({ mail: mail ?? null, sms: sms ?? null }, around);
  return { send: sender.send, close: (withinMs = 3000) => sender.close(withinMs) };
}

async function open(gateway: GatewayConfig, from: string): Promise<SmsGateway> {
  return openGateway(gateway, { from, clock: systemClock, random: systemRandom });
}
