/** SMS by any gateway that takes a message as one HTTP request. A template gives the form of the request. */
import { DeliveryFailed, type Message, type MessageSender } from '../../../ports/senders.ts';
import { oneNumber } from '../destination.ts';
import { askGateway, type GatewayClient } from './gateway-request.ts';
import { escapeFor, filled, forUrl, type Values } from './request-template.ts';

/**
 * The places in `url` and `body` are `{to}` (E.164), `{to_digits}` (without the plus sign), `{from}`, `{text}` and
 * `{password}`; a header may hold `{password}`. Each is escaped for where it stands; quotation marks around it are the
 * template's own.
 */
export interface HttpGatewayOptions extends GatewayClient {
  /** With credentials before its host, these are sent as `Authorization: Basic`. */
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  /** Null: none. */
  readonly body: string | null;
  /** JSON, form, XML or plain text. */
  readonly contentType: string;
  /** The value of `{from}`. */
  readonly from: string;
  readonly password: string | null;
  readonly bearerToken: string | null;
  readonly success: {
    /** Null: every status from 200 to 299. */
    readonly statuses: readonly number[] | null;
    /** A regular expression that the beginning of the answer must match; null: whatever it says. */
    readonly body: string | null;
  };
}

/** Throws at once when the template can't be filled. */
export function createHttpGateway(options: HttpGatewayOptions): MessageSender {
  const { success, from, password } = options;
  const says = success.body === null ? null : new RegExp(success.body);
  const secret: Values = password === null ? {} : { password };
  const { url, headers } = addressed(options, secret);
  const forBody = escapeFor(options.contentType);

  function requestFor(to: string, text: string) {
    const values = { ...secret, to, to_digits: to.slice(1), from, text };
    return {
      url: filled(url, values, forUrl),
      method: options.method,
      headers,
      body: options.body === null ? null : filled(options.body, values, forBody),
    };
  }
  requestFor('+10000000', '');

  return {
    async send(message: Message) {
      const { status, body } = await askGateway(requestFor(oneNumber(message), message.text), options);
      const isFine = success.statuses === null ? status < 300 : success.statuses.includes(status);
      if (!isFine) throw new DeliveryFailed(`the gateway answered ${status}`);
      if (says !== null && !says.test(body))
        throw new DeliveryFailed(`the gateway answered ${status}, and not what success looks like`);
    },
  };
}

/** An address with credentials can't be fetched: they become the header that they stand for. */
function addressed({ url, headers, body, contentType, bearerToken }: HttpGatewayOptions, secret: Values) {
  const [, userinfo] = /^[a-z]+:\/\/(?:([^/?#@]*)@)?/i.exec(url) ?? [];
  const own = Object.entries(headers).map(([name, value]) => [
    name.toLowerCase(),
    filled(value, secret, (it) => it),
  ]);
  return {
    url: userinfo === undefined ? url : url.replace(`${userinfo}@`, () => ''),
    headers: {
      ...(body === null ? {} : { 'content-type': contentType }),
      ...(userinfo === undefined ? {} : { authorization: basic(filled(userinfo, secret, forUrl)) }),
      ...(bearerToken === null ? {} : { authorization: `Bearer ${bearerToken}` }),
      ...Object.fromEntries(own),
    },
  };
}

/** RFC 7617, 2. */
function basic(userinfo: string): string {
  const [user = '', ...password] = userinfo.split(':').map(decodeURIComponent);
  return `Basic ${Buffer.from(`${user}:${password.join(':')}`).toString('base64')}`;
}
