/** `doublelock/delivery`: transports for the plugin's mails and text messages. */
export {
  type DeliverOptions,
  type Delivery,
  deliver,
  type HttpOptions,
  http,
  type SmppOptions,
  type SmsGateway,
  type SmtpOptions,
  smpp,
  smtp,
  type TwilioOptions,
  twilio,
} from './plugin/delivery.ts';
export type { LeasedMail, MailOutboxStore, MailTransport, QueuedMail } from './ports/mail.ts';
export type { Attempt } from './ports/queue.ts';
export { DeliveryFailed, type Message, type MessageSender } from './ports/senders.ts';
