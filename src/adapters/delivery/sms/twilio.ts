/** SMS by Twilio: its `Messages` resource, one POST a message. */
import { DeliveryFailed, type MessageSender } from '../../../ports/senders.ts';
import { oneNumber } from '../destination.ts';
import { askGateway, type GatewayClient } from './gateway-request.ts';

export interface TwilioOptions extends GatewayClient {
  readonly accountSid: string;
  readonly authToken: string;
  /** A number in E.164, a short code or a name. */
  readonly from: string;
  /** The address of the API: that of a region, or of a test. */
  readonly url: string;
}

/** Seconds for which Twilio may keep a message in its queue: the most that it takes. */
const MOST_VALIDITY_SECONDS = 14_400;

export function createTwilioSender({
  accountSid,
  authToken,
  from,
  url,
  ...client
}: TwilioOptions): MessageSender {
  const account = `${url.replace(/\/+$/, '')}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}`;
  const credentials = Buffer.from(`${accountSid}:${authToken}`).toString('base64');

  return {
    async send(message) {
      const form = new URLSearchParams({ To: oneNumber(message), From: from, Body: message.text });
      if (message.expiresAt !== null) {
        const seconds = Math.ceil((message.expiresAt - client.clock.now()) / 1000);
        form.set('ValidityPeriod', String(Math.min(Math.max(seconds, 1), MOST_VALIDITY_SECONDS)));
      }
      const { status } = await askGateway(
        {
          url: `${account}/Messages.json`,
          method: 'POST',
          headers: {
            authorization: `Basic ${credentials}`,
            'content-type': 'application/x-www-form-urlencoded',
          },
          body: form.toString(),
        },
        client,
      );
      if (status >= 300) throw new DeliveryFailed(`the gateway answered ${status}`);
    },
  };
}
