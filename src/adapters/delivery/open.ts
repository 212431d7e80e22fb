/** Opens the transports of mail and SMS. The driver of each transport is loaded when it is opened. */
import type { MailTransport } from '../../ports/mail.ts';
import type { MessageSender } from '../../ports/senders.ts';
import type { Clock, Random } from '../../ports/system.ts';
import type { HttpGatewayOptions } from './sms/http-gateway.ts';
import type { SmppOptions } from './sms/smpp.ts';
import type { SmppServer } from './sms/smpp-session.ts';
import type { TwilioOptions } from './sms/twilio.ts';
import type { SmtpOptions } from './smtp-sender.ts';

export interface SmsTransport extends MessageSender {
  close?(): void;
}

/** The transports of both channels, without queue and circuit. */
export interface Transports {
  readonly mail: MailTransport | null;
  readonly sms: SmsTransport | null;
}

/** Messages in transit to the mail server at the same time, each over a connection of its own. */
export const MAIL_CONNECTIONS = 5;

export async function openMailServer({
  server,
  from,
  ca,
}: Pick<SmtpOptions, 'server' | 'from' | 'ca'>): Promise<MailTransport> {
  const { createSmtpTransport } = await import('./smtp-sender.ts');
  return createSmtpTransport({ server, from, ca, connections: MAIL_CONNECTIONS });
}

type Own<T> = Omit<T, 'from' | 'clock' | 'timeoutMs'>;

/** How each kind of gateway is reached. */
export type GatewayOptions =
  | ({ readonly transport: 'twilio' } & Own<TwilioOptions>)
  | ({ readonly transport: 'http' } & Own<HttpGatewayOptions>)
  | ({ readonly transport: 'smpp' } & Pick<SmppOptions, 'alphabet'> & SmppServer);

export interface GatewayParts {
  /** The number or the name that a phone shows as the sender. */
  readonly from: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** Rejects when the template of an HTTP gateway cannot be filled. */
export async function openGateway(
  gateway: GatewayOptions,
  { from, clock, random }: GatewayParts,
): Promise<SmsTransport> {
  switch (gateway.transport) {
    case 'twilio': {
      const { createTwilioSender } = await import('./sms/twilio.ts');
      const { accountSid, authToken, url } = gateway;
      return createTwilioSender({ accountSid, authToken, url, from, clock });
    }
    case 'http': {
      const { createHttpGateway } = await import('./sms/http-gateway.ts');
      const { url, method, headers, body, contentType, success, password, bearerToken } = gateway;
      const request = { url, method, headers, body, contentType, password, bearerToken };
      return createHttpGateway({ ...request, success, from, clock });
    }
    case 'smpp': {
      const { createSmppSender } = await import('./sms/smpp.ts');
      return createSmppSender({ server: gateway, alphabet: gateway.alphabet, from, random });
    }
  }
}
