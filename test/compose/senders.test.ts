/** From a configuration to messages that arrive. */
import { expect } from 'chai';
import { createMemoryMailOutbox } from '../../src/adapters/delivery/memory-mail-outbox.ts';
import { createCipher } from '../../src/adapters/system/cipher.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { systemRandom } from '../../src/adapters/system/random.ts';
import { createSenders, type Senders } from '../../src/compose/senders.ts';
import type { Config } from '../../src/config/shape.ts';
import type { OutboxMessage } from '../../src/ports/senders.ts';
import { DeliveryFailed, type Message } from '../../src/ports/senders.ts';
import { createLogLines } from '../adapters/delivery/messages.ts';
import { configFolder, production } from '../config/config-file.ts';
import { mailServers } from '../support/delivery/mail-server.ts';
import { smsGateways } from '../support/delivery/sms-gateway.ts';
import { selfSigned } from '../support/process/certificate.ts';
import { eventually } from '../support/time/eventually.ts';

const MAIL: Message = {
  channel: 'email',
  to: 'ann@acme.test',
  subject: 'Code',
  text: '482913',
  html: null,
  expiresAt: null,
};
const CIPHER = createCipher([{ id: 'key', key: 'of this test' }]);
const SMS: Message = { ...MAIL, channel: 'sms', to: '+31612345678', subject: '' };

describe('the senders of a configuration', () => {
  const folder = configFolder();
  const startMailServer = mailServers();
  const startGateway = smsGateways();
  let outbox: OutboxMessage[];
  let lines: ReturnType<typeof createLogLines>;
  let senders: Senders;
  beforeEach(() => {
    outbox = [];
    lines = createLogLines();
    senders = createSenders({
      stores: {
        outbox: { append: async (message) => void outbox.push(message) },
        mailOutbox: createMemoryMailOutbox(),
        onceKeys: { first: async (_, value) => value, peek: async () => null },
      },
      clock: systemClock,
      random: systemRandom,
      logger: { warn: lines.log },
    });
  });
  afterEach(() => senders.close(0));

  const smtp = (port: number, rest = '') =>
    `mail: { transport: smtp, url: "smtp://127.0.0.1:${port}${rest}" }`;
  const http = (url: string) => `sms: { transport: http, url: "${url}" }`;
  const sendBoth = async (config: Config) => {
    const sender = await senders.of(config, CIPHER);
    await sender.send(MAIL);
    await sender.send(SMS);
    return sender;
  };

  it('deliver everything to the outbox in development', async () => {
    await sendBoth(folder.load('{}'));
    expect(outbox.map(({ channel }) => channel)).to.deep.equal(['email', 'sms']);
  });

  it('deliver to the outbox where no transport is configured, and otherwise to people', async () => {
    const server = await startMailServer();
    await sendBoth(folder.load(smtp(server.port)));
    await eventually(async () => expect(server.mails).to.have.lengthOf(1));
    const gateway = await startGateway();
    await sendBoth(folder.load(http(gateway.url)));
    expect(JSON.parse(gateway.calls[0]?.body ?? '')).to.deep.equal({
      to: SMS.to,
      from: 'Doublelock',
      text: SMS.text,
    });
    expect(outbox.map(({ channel }) => channel)).to.deep.equal(['sms', 'email']);
  });

  it('deliver nothing to an outbox in production, and report that', async () => {
    const sender = await senders.of(folder.load(production()), CIPHER);
    for (const message of [MAIL, SMS]) {
      const refusal = await sender.send(message).catch((error: unknown) => error);
      expect(refusal).to.be.instanceOf(DeliveryFailed);
    }
    expect(outbox).to.deep.equal([]);
    expect(lines.lines).to.deep.equal([
      { event: 'mail.undelivered', reason: 'the channel has no transport' },
      { event: 'sms.undelivered', reason: 'the channel has no transport' },
    ]);
  });

  it('refuse only SMS when its gateway is out, and log no recipient [R41]', async () => {
    const server = await startMailServer();
    const gateway = await startGateway();
    gateway.answer({ status: 503, body: SMS.to });
    const sender = await senders.of(folder.load(`${smtp(server.port)}\n${http(gateway.url)}`), CIPHER);
    const refusal = await sender.send(SMS).catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(DeliveryFailed);
    await sender.send(MAIL);
    await eventually(async () => expect(server.mails).to.have.lengthOf(1));
    expect(lines.lines).to.deep.equal([{ event: 'sms.undelivered', reason: 'the gateway answered 503' }]);
  });

  it('log that a destination is malformed, without the destination', async () => {
    const server = await startMailServer();
    const sender = await senders.of(folder.load(smtp(server.port)), CIPHER);
    await sender.send({ ...MAIL, to: 'ann@acme.test, bob@acme.test' }).catch(() => {});
    expect(lines.lines).to.deep.equal([
      { event: 'mail.undelivered', reason: 'the destination is not one mail address' },
    ]);
  });

  it('send no mail in the clear to another machine', async () => {
    const server = await startMailServer();
    // This machine by an address that is not known as its own.
    const url = `mail: { transport: smtp, url: "smtp://0.0.0.0:${server.port}" }`;
    await (await senders.of(folder.load(url), CIPHER)).send(MAIL);
    await eventually(async () => expect(server.connections()).to.be.above(0));
    await senders.close(5000);
    expect([server.mails, server.asked]).to.deep.equal([[], []]);
    expect(lines.lines).to.have.lengthOf(1);
  });

  it('send none to this machine either, when TLS is required and its certificate is untrusted', async () => {
    const server = await startMailServer(selfSigned('localhost', '127.0.0.1'));
    const sender = await senders.of(folder.load(smtp(server.port, '?tls=required')), CIPHER);
    await sender.send(MAIL);
    await senders.close(5000);
    expect([server.mails, server.connections()]).to.deep.equal([[], 1]);
    expect(lines.lines[0]?.reason).to.include('DEPTH_ZERO_SELF_SIGNED_CERT');
  });

  it('are kept only by a reload that does not change delivery', async () => {
    const sender = await senders.of(folder.load(smtp(25)), CIPHER);
    const others = [
      `${smtp(25)}\nsms: { allowed_prefixes: [+31], limits: { per_day: 1 } }\ntenants: [{ id: acme }]`,
      smtp(26),
      `${smtp(25)}\nsms: { from: Acme }`,
    ];
    const same = await Promise.all(
      others.map(async (yaml) => (await senders.of(folder.load(yaml), CIPHER)) === sender),
    );
    expect(same).to.deep.equal([true, false, false]);
  });

  it('send the remaining mail when the process stops [R15]', async () => {
    const server = await startMailServer();
    const sender = await senders.of(folder.load(smtp(server.port)), CIPHER);
    await Promise.all(Array.from({ length: 10 }, () => sender.send(MAIL)));
    await senders.close(5000);
    expect(server.mails).to.have.lengthOf(10);
    expect(await sender.send(MAIL).catch((error: unknown) => error)).to.be.instanceOf(DeliveryFailed);
  });
});
