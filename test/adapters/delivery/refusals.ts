/** Gives the error with which a sender refused. */
import { expect } from 'chai';
import { GatewayFailed } from '../../../src/adapters/delivery/sms/gateway-failed.ts';
import { DeliveryFailed, type Message, type MessageSender } from '../../../src/ports/senders.ts';

/** Fails when the message was taken, or when what was thrown is none of ours. */
export async function refusalOf(sender: MessageSender, message: Message): Promise<DeliveryFailed> {
  const refusal = await sender.send(message).then(
    () => null,
    (error: unknown) => error,
  );
  if (!(refusal instanceof DeliveryFailed)) throw new Error(`not refused: ${String(refusal)}`);
  return refusal;
}

/** The words of it, and whether it is the gateway's fault. */
export async function wordsOf(sender: MessageSender, message: Message): Promise<[boolean, string]> {
  const refusal = await refusalOf(sender, message);
  return [refusal instanceof GatewayFailed, refusal.message];
}

/** Called in a `describe` of SMS senders: what is not one number in E.164 goes nowhere. */
export function itRefusesOtherNumbers(
  message: Message,
  open: () => Promise<{ readonly sender: MessageSender; readonly asked: () => number }>,
): void {
  const faulty = [
    '0612345678',
    '31612345678',
    '+0612345678',
    '+316',
    '+3161234567890123',
    '+31 6 12345678',
    '+31612345678,+31687654321',
    '+31612345678&to=+31687654321',
    '+31612345678\r\n',
    '',
  ];
  for (const to of faulty) {
    it(`refuses ${JSON.stringify(to)} before it connects [A74]`, async () => {
      const { sender, asked } = await open();
      const words = await wordsOf(sender, { ...message, to });
      expect(words).to.deep.equal([false, 'the destination is not one telephone number']);
      expect(asked()).to.equal(0);
    });
  }
}
