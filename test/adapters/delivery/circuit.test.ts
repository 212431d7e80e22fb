/** R19: a gateway that fails, seen by who waits for the page. */
import { expect } from 'chai';
import { createCircuit } from '../../../src/adapters/delivery/circuit.ts';
import { createTwilioSender } from '../../../src/adapters/delivery/sms/twilio.ts';
import type { MessageSender } from '../../../src/ports/senders.ts';
import { type SmsGateway, smsGateways } from '../../support/delivery/sms-gateway.ts';
import { createSettableClock } from '../../support/time/clock.ts';
import { createLogLines, NOW, SMS } from './messages.ts';
import { wordsOf } from './refusals.ts';

const LEFT_ALONE: [boolean, string] = [false, 'the gateway is being left alone'];

describe('the circuit before an SMS gateway', () => {
  const startGateway = smsGateways();

  function circuitTo({ url }: SmsGateway, timeoutMs = 5000) {
    const clock = createSettableClock(NOW);
    const lines = createLogLines();
    const sender = createTwilioSender({
      accountSid: 'AC1',
      authToken: 't',
      from: 'Acme',
      url,
      clock,
      timeoutMs,
    });
    return { circuit: createCircuit({ sender, clock, log: lines.log, failures: 3 }), clock, lines };
  }

  async function fail(circuit: MessageSender, times: number): Promise<void> {
    for (let time = 0; time < times; time += 1) await wordsOf(circuit, SMS);
  }

  it('opens after failures in a row, and refuses at once [R19]', async () => {
    const gateway = await startGateway();
    const { circuit, lines } = circuitTo(gateway);
    gateway.answer({ status: 500 });
    await fail(circuit, 2);
    gateway.answer({ status: 201 });
    await circuit.send(SMS);
    gateway.answer({ status: 500 });
    await fail(circuit, 2);
    expect(lines.lines).to.deep.equal([]);
    await fail(circuit, 1);
    expect(lines.lines).to.deep.equal([
      { event: 'sms.gateway_left_alone', reason: 'the gateway answered 500' },
    ]);
    expect(await wordsOf(circuit, SMS)).to.deep.equal(LEFT_ALONE);
    expect(gateway.calls).to.have.lengthOf(6);
  });

  it('opens for a gateway that hangs [R19]', async () => {
    const gateway = await startGateway();
    const { circuit } = circuitTo(gateway, 500);
    gateway.answer(null);
    await fail(circuit, 3);
    expect(await wordsOf(circuit, SMS)).to.deep.equal(LEFT_ALONE);
    expect(gateway.calls).to.have.lengthOf(3);
  });

  it('tries one message after its pause, and closes when that is accepted [R19]', async () => {
    const gateway = await startGateway();
    const { circuit, clock } = circuitTo(gateway);
    gateway.answer({ status: 500 });
    await fail(circuit, 3);
    clock.nextStep(29_999);
    expect(await wordsOf(circuit, SMS)).to.deep.equal(LEFT_ALONE);
    clock.nextStep(1);
    gateway.answer({ status: 201 });
    const [trial, other] = await Promise.all([circuit.send(SMS), wordsOf(circuit, SMS)]);
    expect([trial, other]).to.deep.equal([undefined, LEFT_ALONE]);
    await circuit.send(SMS);
    expect(gateway.calls).to.have.lengthOf(5);
  });

  it('doubles its pause after each failed trial, up to ten minutes [R19]', async () => {
    const gateway = await startGateway();
    const { circuit, clock } = circuitTo(gateway);
    gateway.answer({ status: 500 });
    await fail(circuit, 3);
    for (const seconds of [30, 60, 120, 240, 480, 600, 600]) {
      clock.nextStep(seconds * 1000 - 1);
      expect(await wordsOf(circuit, SMS), `${seconds}`).to.deep.equal(LEFT_ALONE);
      clock.nextStep(1);
      expect((await wordsOf(circuit, SMS))[1]).to.equal('the gateway answered 500');
    }
  });

  it('opens at the first 429 for the requested time, up to ten minutes [R19]', async () => {
    const gateway = await startGateway();
    const { circuit, clock } = circuitTo(gateway);
    for (const [asked, given] of [
      ['7', 7],
      ['86400', 600],
    ] as const) {
      gateway.answer({ status: 429, headers: { 'retry-after': asked } });
      await fail(circuit, 1);
      clock.nextStep(given * 1000 - 1);
      expect(await wordsOf(circuit, SMS)).to.deep.equal(LEFT_ALONE);
      clock.nextStep(1);
      gateway.answer({ status: 201 });
      await circuit.send(SMS);
    }
  });

  it('stays closed after numbers that the gateway refuses [R19]', async () => {
    const gateway = await startGateway();
    const { circuit } = circuitTo(gateway);
    gateway.answer({ status: 400 });
    await fail(circuit, 10);
    await fail({ send: (message) => circuit.send({ ...message, to: '+31' }) }, 10);
    gateway.answer({ status: 201 });
    await circuit.send(SMS);
    expect(gateway.calls).to.have.lengthOf(11);
  });

  it('stays open after a late success of a message from before it opened [R19]', async () => {
    const gateway = await startGateway();
    const { circuit } = circuitTo(gateway);
    let release = () => {};
    gateway.answer((response) => {
      release = () => response.writeHead(201).end();
    });
    const early = circuit.send(SMS);
    while (gateway.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    gateway.answer({ status: 429, headers: { 'retry-after': '60' } });
    await fail(circuit, 1);
    release();
    await early;
    expect(await wordsOf(circuit, SMS)).to.deep.equal(LEFT_ALONE);
  });

  it('aborts a request without a timely answer, and does not repeat it [R19]', async () => {
    const gateway = await startGateway();
    const { circuit, clock } = circuitTo(gateway, 500);
    const hungUp = new Promise((resolve) => {
      gateway.answer((response) => void response.on('close', resolve));
    });
    expect((await wordsOf(circuit, SMS))[0]).to.equal(true);
    await hungUp;
    clock.nextStep(60 * 60 * 1000);
    expect(gateway.calls).to.have.lengthOf(1);
  });
});
