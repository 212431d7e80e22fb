/** SMPP with a server of this machine, through real connections. */
import { expect } from 'chai';
import type { Pdu } from 'smpp';
import {
  createSmppSender,
  SMPP_TIMES,
  type SmppOptions,
} from '../../../../src/adapters/delivery/sms/smpp.ts';
import type { SmppTimes } from '../../../../src/adapters/delivery/sms/smpp-session.ts';
import { DeliveryFailed } from '../../../../src/ports/senders.ts';
import { smsCentres } from '../../../support/delivery/sms-centre.ts';
import { selfSigned } from '../../../support/process/certificate.ts';
import { freePort } from '../../../support/process/free-port.ts';
import { muteServers } from '../../../support/process/mute-server.ts';
import { eventually } from '../../../support/time/eventually.ts';
import { SMS } from '../messages.ts';
import { itRefusesOtherNumbers, wordsOf } from '../refusals.ts';

const CERTIFICATE = selfSigned('localhost', '127.0.0.1');
const LONG: SmppTimes = { bind: 5000, answer: 5000, enquire: 60_000, idle: 60_000 };

/** The words of a message, decoded by the server. */
const textOf = ({ short_message: message }: Pdu) => (message as { message: string }).message;

describe('the SMPP sender', () => {
  const startCentre = smsCentres();
  const startMute = muteServers();
  let open: { close(): void }[] = [];
  afterEach(() => {
    for (const sender of open) sender.close();
    open = [];
  });

  function senderTo(
    server: Partial<SmppOptions['server']> & { port: number },
    rest: Partial<SmppOptions> = {},
  ) {
    const sender = createSmppSender({
      server: {
        host: '127.0.0.1',
        tls: false,
        systemId: 'acme',
        password: 'hunter22',
        systemType: 'VMA',
        ...server,
      },
      from: 'Acme',
      alphabet: 'gsm',
      random: { bytes: (count) => new Uint8Array(count).fill(6) },
      times: LONG,
      ...rest,
    });
    open.push(sender);
    return sender;
  }

  it('binds and submits a message', async () => {
    const centre = await startCentre();
    await senderTo({ port: centre.port }).send(SMS);
    expect(centre.binds[0]).to.include({
      system_id: 'acme',
      password: 'hunter22',
      system_type: 'VMA',
      interface_version: 0x34,
    });
    const [message, ...others] = centre.submits;
    expect(others).to.deep.equal([]);
    expect(message).to.include({
      source_addr_ton: 5,
      source_addr_npi: 0,
      source_addr: 'Acme',
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      destination_addr: '31612345678',
      data_coding: 0,
      esm_class: 0,
    });
    expect(message && textOf(message)).to.equal(SMS.text);
  });

  for (const [from, fields] of [
    ['+31201234567', { source_addr_ton: 1, source_addr_npi: 1, source_addr: '31201234567' }],
    ['4321', { source_addr_ton: 3, source_addr_npi: 0, source_addr: '4321' }],
  ] as const) {
    it(`names the address type of the sender ${from}`, async () => {
      const centre = await startCentre();
      await senderTo({ port: centre.port }, { from }).send(SMS);
      expect(centre.submits[0]).to.include(fields);
    });
  }

  it('sends a long text in parts with one reference, and the next text with another', async () => {
    const centre = await startCentre();
    const sender = senderTo({ port: centre.port });
    await sender.send({ ...SMS, text: 'a'.repeat(200) });
    await sender.send({ ...SMS, text: 'ж'.repeat(100) });
    const parts = centre.submits.map((pdu) => {
      const { udh } = pdu.short_message as { udh: Buffer[] };
      return [pdu.esm_class, pdu.data_coding, [...(udh[0] ?? [])], textOf(pdu).length];
    });
    expect(parts).to.deep.equal([
      [0x40, 0, [0, 3, 7, 2, 1], 153],
      [0x40, 0, [0, 3, 7, 2, 2], 47],
      [0x40, 8, [0, 3, 8, 2, 1], 67],
      [0x40, 8, [0, 3, 8, 2, 2], 33],
    ]);
    expect(centre.submits.map(textOf).join('')).to.equal('a'.repeat(200) + 'ж'.repeat(100));
  });

  it('refuses a text that is too long for a short message', async () => {
    const { port } = await startMute();
    const words = await wordsOf(senderTo({ port }), { ...SMS, text: 'a'.repeat(2000) });
    expect(words).to.deep.equal([false, 'the text is too long for an SMS']);
  });

  it('shares one connection among messages, and opens another when it has ended', async () => {
    const centre = await startCentre();
    const sender = senderTo({ port: centre.port });
    await Promise.all([sender.send(SMS), sender.send(SMS), sender.send(SMS)]);
    expect([centre.binds.length, centre.submits.length]).to.deep.equal([1, 3]);
    centre.hangUp();
    await eventually(() => sender.send(SMS));
    expect(centre.binds).to.have.lengthOf(2);
    centre.ask((session) => session.unbind());
    await eventually(async () =>
      expect(centre.answers.map(({ command }) => command)).to.include('unbind_resp'),
    );
    await eventually(() => sender.send(SMS));
    expect(centre.binds).to.have.lengthOf(3);
  });

  it('answers requests of the server', async () => {
    const centre = await startCentre();
    await senderTo({ port: centre.port }).send(SMS);
    centre.ask((session) => session.enquire_link(() => {}));
    await eventually(async () =>
      expect(centre.answers.map(({ command }) => command)).to.deep.equal(['enquire_link_resp']),
    );
  });

  it('uses TLS, and refuses an untrusted certificate', async () => {
    const centre = await startCentre(CERTIFICATE);
    const server = { port: centre.port, tls: true };
    await senderTo({ ...server, ca: CERTIFICATE.cert }).send(SMS);
    expect(centre.submits).to.have.lengthOf(1);
    expect(await wordsOf(senderTo(server), SMS)).to.deep.equal([
      true,
      "the SMS centre can't be spoken to (DEPTH_ZERO_SELF_SIGNED_CERT)",
    ]);
    expect(centre.binds).to.have.lengthOf(1);
  });

  it('sends no SMPP in clear where TLS is required', async () => {
    const centre = await startCentre();
    const times = { ...LONG, bind: 200 };
    const words = await wordsOf(senderTo({ port: centre.port, tls: true }, { times }), SMS);
    expect(words[0]).to.equal(true);
    expect(centre.binds).to.deep.equal([]);
  });

  describe('when the message is not accepted', () => {
    it('gives up within five seconds [R19]', () => {
      expect(SMPP_TIMES.bind + SMPP_TIMES.answer).to.be.at.most(5000);
    });

    for (const [status, isGateway] of [
      [0x0b, false],
      [0x01, false],
      [0x08, true],
      [0x14, true],
      [0x58, true],
    ] as const) {
      it(`reports status ${status} as ${isGateway ? "the gateway's" : "the message's"} fault [R19]`, async () => {
        const centre = await startCentre();
        centre.answer({ submit_sm: status });
        const words = await wordsOf(senderTo({ port: centre.port }), SMS);
        expect(words).to.deep.equal([isGateway, `the SMS centre answered with status ${status}`]);
      });
    }

    it('binds again when the server says that it is not bound', async () => {
      const centre = await startCentre();
      const sender = senderTo({ port: centre.port });
      centre.answer({ submit_sm: 0x04 });
      expect((await wordsOf(sender, SMS))[0]).to.equal(true);
      centre.answer({ submit_sm: 0 });
      await sender.send(SMS);
      expect(centre.binds).to.have.lengthOf(2);
    });

    it('reports a refused bind, and does not reveal the password [R19]', async () => {
      const centre = await startCentre();
      const sender = senderTo({ port: centre.port });
      centre.answer({ bind_transceiver: 0x0e });
      expect(await wordsOf(sender, SMS)).to.deep.equal([
        true,
        'the SMS centre refused the login with status 14',
      ]);
      centre.answer({ bind_transceiver: 0 });
      await sender.send(SMS);
    });

    it('gives up on a missing answer, and does not send again [R19]', async () => {
      const centre = await startCentre();
      const sender = senderTo({ port: centre.port }, { times: { ...LONG, answer: 500 } });
      centre.answer({ submit_sm: null });
      const words = [true, 'the SMS centre did not answer in time'];
      const both = await Promise.all([wordsOf(sender, SMS), wordsOf(sender, SMS)]);
      expect(both).to.deep.equal([words, words]);
      centre.answer({ submit_sm: 0 });
      await sender.send({ ...SMS, text: 'another' });
      expect(centre.submits.map(textOf)).to.deep.equal([SMS.text, SMS.text, 'another']);
      expect(centre.binds).to.have.lengthOf(2);
    });

    it('gives up on a server that accepts the connection and stays silent [R19]', async () => {
      const { port } = await startMute();
      const words = await wordsOf(senderTo({ port }, { times: { ...LONG, bind: 500 } }), SMS);
      expect(words).to.deep.equal([true, 'the SMS centre did not answer in time']);
    });

    it('reports that nothing listens [R19]', async () => {
      const words = await wordsOf(senderTo({ port: await freePort() }), SMS);
      expect(words).to.deep.equal([true, "the SMS centre can't be spoken to (ECONNREFUSED)"]);
    });

    it('reports a malformed answer [R19]', async () => {
      const { port } = await startMute((socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
      expect((await wordsOf(senderTo({ port }), SMS))[0]).to.equal(true);
    });
  });

  it('notices a dead connection by itself [R19]', async () => {
    const centre = await startCentre();
    const sender = senderTo({ port: centre.port }, { times: { ...LONG, enquire: 20, answer: 1000 } });
    await sender.send(SMS);
    await eventually(async () => expect(centre.enquiries()).to.be.above(1));
    centre.answer({ enquire_link: null });
    await eventually(async () => {
      await sender.send(SMS);
      // The next one is not answered either, and found dead in its turn.
      expect(centre.binds).to.have.lengthOf.above(1);
    });
  });

  it('unbinds and closes an idle connection', async () => {
    const centre = await startCentre();
    const sender = senderTo({ port: centre.port }, { times: { ...LONG, idle: 300 } });
    await sender.send(SMS);
    await eventually(async () => expect(centre.goodbyes()).to.equal(1));
    await sender.send(SMS);
    expect(centre.binds).to.have.lengthOf(2);
    sender.close();
    await eventually(async () => expect(centre.goodbyes()).to.equal(2));
  });

  itRefusesOtherNumbers(SMS, async () => {
    const { port, connections } = await startMute();
    return { sender: senderTo({ port }), asked: connections };
  });

  it('refuses mail [A74]', async () => {
    const { port } = await startMute();
    const refusal = await senderTo({ port })
      .send({ ...SMS, channel: 'email' })
      .catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(DeliveryFailed);
  });
});
