/** Twilio's API as it is documented, on a server of this machine. */
import { expect } from 'chai';
import { createTwilioSender } from '../../../../src/adapters/delivery/sms/twilio.ts';
import { smsGateways } from '../../../support/delivery/sms-gateway.ts';
import { freePort } from '../../../support/process/free-port.ts';
import { createSettableClock } from '../../../support/time/clock.ts';
import { eventually } from '../../../support/time/eventually.ts';
import { NOW, SMS } from '../messages.ts';
import { itRefusesOtherNumbers, refusalOf, wordsOf } from '../refusals.ts';

const SID = 'AC0123456789abcdef';
const TOKEN = 'token-token-token';

describe('the Twilio sender', () => {
  const startGateway = smsGateways();

  function senderTo(url: string, timeoutMs?: number) {
    const clock = createSettableClock(NOW);
    const timeout = timeoutMs === undefined ? {} : { timeoutMs };
    return createTwilioSender({ accountSid: SID, authToken: TOKEN, from: 'Acme', url, clock, ...timeout });
  }

  it('posts one message whose validity is the lifetime of its code', async () => {
    const gateway = await startGateway();
    gateway.answer({ status: 201, body: '{"sid":"SM1","status":"queued"}' });
    await senderTo(gateway.url).send(SMS);
    expect(gateway.calls).to.have.lengthOf(1);
    const [call] = gateway.calls;
    expect(call).to.include({ method: 'POST', path: `/2010-04-01/Accounts/${SID}/Messages.json` });
    expect(call?.headers).to.include({
      authorization: `Basic ${Buffer.from(`${SID}:${TOKEN}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(Object.fromEntries(new URLSearchParams(call?.body))).to.deep.equal({
      To: SMS.to,
      From: 'Acme',
      Body: SMS.text,
      ValidityPeriod: '90',
    });
  });

  it('requests no validity below the minimum, and none for a message without a lifetime', async () => {
    const gateway = await startGateway();
    const sender = senderTo(`${gateway.url}/`);
    await sender.send({ ...SMS, expiresAt: NOW + 10 });
    await sender.send({ ...SMS, expiresAt: NOW + 10 * 60 * 60 * 1000 });
    await sender.send({ ...SMS, expiresAt: null });
    const lives = gateway.calls.map(({ body }) => new URLSearchParams(body).get('ValidityPeriod'));
    expect(lives).to.deep.equal(['1', '14400', null]);
  });

  it('distinguishes a refused number from a failing gateway', async () => {
    const gateway = await startGateway();
    const sender = senderTo(gateway.url);
    for (const [status, isGateway] of [
      [400, false],
      [404, false],
      [401, true],
      [429, true],
      [500, true],
      [503, true],
      [302, true],
    ] as const) {
      gateway.answer({ status, headers: { location: '/elsewhere' }, body: `{"to":"${SMS.to}"}` });
      expect(await wordsOf(sender, SMS)).to.deep.equal([isGateway, `the gateway answered ${status}`]);
    }
    expect(gateway.calls).to.have.lengthOf(7);
  });

  it('reads Retry-After in seconds or as a date [R19]', async () => {
    const gateway = await startGateway();
    const sender = senderTo(gateway.url);
    for (const [value, ms] of [
      ['30', 30_000],
      [new Date(NOW + 45_000).toUTCString(), 45_000],
      [new Date(NOW - 45_000).toUTCString(), 0],
      ['soon', null],
      ['-1', 0],
    ] as const) {
      gateway.answer({ status: 429, headers: { 'retry-after': value } });
      expect(await refusalOf(sender, SMS), value).to.include({ retryAfterMs: ms });
    }
  });

  it('gives up on a gateway that hangs, and does not repeat the request [R19]', async () => {
    const gateway = await startGateway();
    gateway.answer(null);
    const words = await wordsOf(senderTo(gateway.url, 500), SMS);
    expect(words).to.deep.equal([true, 'the gateway gave no answer (TimeoutError)']);
    expect(gateway.calls).to.have.lengthOf(1);
  });

  it('gives up on an endless response [R19]', async () => {
    const gateway = await startGateway();
    gateway.answer((response) => void response.writeHead(200).write('{'));
    const words = await wordsOf(senderTo(gateway.url, 500), SMS);
    expect(words).to.deep.equal([true, 'the gateway gave no answer (TimeoutError)']);
  });

  it('reads no more of a response than it needs [R19]', async () => {
    const gateway = await startGateway();
    let isCut = false;
    gateway.answer((response) => {
      response.on('close', () => {
        isCut = !response.writableFinished;
      });
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(64 * 1024)));
      };
      response.on('drain', more);
      more();
    });
    await senderTo(gateway.url).send(SMS);
    await eventually(async () => expect(isCut).to.equal(true));
  });

  it('reveals no credentials when nothing listens [R19]', async () => {
    const words = await wordsOf(senderTo(`http://127.0.0.1:${await freePort()}`), SMS);
    expect(words).to.deep.equal([true, 'the gateway gave no answer (ECONNREFUSED)']);
  });

  itRefusesOtherNumbers(SMS, async () => {
    const gateway = await startGateway();
    return { sender: senderTo(gateway.url), asked: () => gateway.calls.length };
  });
});
