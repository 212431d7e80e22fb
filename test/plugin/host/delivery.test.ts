/** `doublelock/delivery`, as a guest uses it. */
import { expect } from 'chai';
import {
  type Delivery,
  DeliveryFailed,
  deliver,
  http,
  type Message,
  smpp,
  smtp,
  twilio,
} from '../../../src/delivery.ts';
import { embedded } from '../../../src/embedded.ts';
import { createLogLines } from '../../adapters/delivery/messages.ts';
import { mailServers } from '../../support/delivery/mail-server.ts';
import { smsCentres } from '../../support/delivery/sms-centre.ts';
import { smsGateways } from '../../support/delivery/sms-gateway.ts';
import { selfSigned } from '../../support/process/certificate.ts';
import { freePort } from '../../support/process/free-port.ts';
import { makeDataDir, removeDataDir } from '../../support/stores/embedded.ts';
import { eventually } from '../../support/time/eventually.ts';

const MAIL: Message = {
  channel: 'email',
  to: 'ann@acme.test',
  subject: 'Code',
  text: '482913',
  html: null,
  expiresAt: null,
};
const SMS: Message = { ...MAIL, channel: 'sms', to: '+31612345678', subject: '' };
const CERTIFICATE = selfSigned('localhost', '127.0.0.1');

describe('the delivery of the plugin [U.6]', () => {
  const startMailServer = mailServers();
  const startGateway = smsGateways();
  const startCentre = smsCentres();
  let open: Delivery[] = [];
  afterEach(async () => {
    await Promise.all(open.map((delivery) => delivery.close(0)));
    open = [];
  });

  function kept(delivery: Delivery): Delivery {
    open.push(delivery);
    return delivery;
  }

  it('sends mail by SMTP with TLS', async () => {
    const server = await startMailServer({ ...CERTIFICATE, secure: true });
    const url = `smtps://127.0.0.1:${server.port}`;
    const mail = await smtp({ url, from: 'Acme <no-reply@acme.test>', ca: CERTIFICATE.cert });
    const sender = kept(deliver({ mail }));
    await sender.send(MAIL);
    await sender.close();
    expect(server.mails).to.have.lengthOf(1);
    expect(server.mails[0]).to.include({ from: 'no-reply@acme.test', secure: true });
  });

  it('sends SMS by Twilio, by HTTP and by SMPP', async () => {
    const gateway = await startGateway();
    const from = 'Acme';
    const twilioGateway = await twilio({ accountSid: 'AC1', authToken: 't', from, url: gateway.url });
    await kept(deliver({ sms: twilioGateway })).send(SMS);
    await kept(deliver({ sms: await http({ url: gateway.url, from }) })).send(SMS);
    const contentType = 'application/x-www-form-urlencoded';
    await kept(deliver({ sms: await http({ url: gateway.url, from, contentType }) })).send(SMS);
    const url = `${gateway.url}/?n={to_digits}&k={password}`;
    await kept(deliver({ sms: await http({ url, from, method: 'GET', password: 'p' }) })).send(SMS);
    expect(gateway.calls.map(({ method, path, body }) => [method, path, body])).to.deep.equal([
      ['POST', '/2010-04-01/Accounts/AC1/Messages.json', 'To=%2B31612345678&From=Acme&Body=482913'],
      ['POST', '/', '{"to":"+31612345678","from":"Acme","text":"482913"}'],
      ['POST', '/', 'to=%2B31612345678&from=Acme&text=482913'],
      ['GET', '/?n=31612345678&k=p', ''],
    ]);

    const centre = await startCentre();
    const where = { host: '127.0.0.1', port: centre.port, tls: false };
    const sender = kept(deliver({ sms: await smpp({ ...where, systemId: 'a', password: 'b', from }) }));
    await sender.send(SMS);
    expect(centre.submits[0]).to.include({ destination_addr: '31612345678', source_addr: 'Acme' });
    await sender.close();
    await eventually(async () => expect(centre.goodbyes()).to.equal(1));
  });

  it('keeps mail in a store of the host, and sends what another process has left there [R24]', async () => {
    const [path, encryption] = [makeDataDir(), [{ id: 'key', key: 'k'.repeat(32) }]];
    const { durable, close } = embedded({ dataDir: path });
    try {
      const queue = { store: durable.mailOutbox, encryption };
      const away = await smtp({ url: `smtp://127.0.0.1:${await freePort()}`, from: 'no-reply@acme.test' });
      const first = deliver({ mail: away, queue });
      await first.send(MAIL);
      await first.close(0);
      const server = await startMailServer();
      const mail = await smtp({ url: `smtp://127.0.0.1:${server.port}`, from: 'no-reply@acme.test' });
      kept(deliver({ mail, queue }));
      await eventually(async () => expect(server.mails).to.have.lengthOf(1), 40_000);
      expect(() => deliver({ mail, queue: { ...queue, encryption: [] } })).to.throw(TypeError);
    } finally {
      await Promise.all(open.map((delivery) => delivery.close(0)));
      await close();
      removeDataDir(path);
    }
  });

  it('uses a gateway of the host, and stops calling it while it fails', async () => {
    const lines = createLogLines();
    let asked = 0;
    const sms = {
      send: async () => {
        asked += 1;
        throw new Error('out');
      },
    };
    const sender = kept(deliver({ sms, log: lines.log }));
    const refusal = await sender.send(SMS).catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(DeliveryFailed);
    expect([asked, String(refusal)]).to.deep.equal([1, 'GatewayFailed: the gateway failed']);
    expect(lines.lines).to.have.lengthOf(1);
    expect(lines.lines[0]).to.deep.include({ event: 'sms.undelivered', reason: 'the gateway failed' });
    expect(String(lines.lines[0]?.error)).to.equal('Error: out');
    for (let time = 0; time < 9; time += 1) await sender.send(SMS).catch(() => {});
    expect(asked).to.equal(5);
  });

  it('refuses a channel without a transport', async () => {
    const sender = kept(deliver({}));
    for (const message of [MAIL, SMS])
      expect(await sender.send(message).catch((error: unknown) => error)).to.be.instanceOf(DeliveryFailed);
  });

  it('refuses an invalid mail server URL without repeating it', async () => {
    const given = { url: 'smtp://user:secret@mail.test?pool=0', from: 'a@b.test' };
    const refusal = await smtp(given).catch((error: unknown) => error);
    expect(String(refusal))
      .to.match(/^Error: the address of the mail server/)
      .and.not.include('secret');
  });
});
