/** The queue before a mail server that drops its connections, in a time of the test's own. */
import { expect } from 'chai';
import { createMemoryMailOutbox } from '../../src/adapters/delivery/memory-mail-outbox.ts';
import { createSmtpTransport } from '../../src/adapters/delivery/smtp-sender.ts';
import { createCipher } from '../../src/adapters/system/cipher.ts';
import { systemRandom } from '../../src/adapters/system/random.ts';
import { createMailQueue, type MailQueue } from '../../src/jobs/mail-queue.ts';
import { createLogLines, MAIL, NOW } from '../adapters/delivery/messages.ts';
import { createDropping, DROPS } from '../support/delivery/dropping-server.ts';
import { muteServers } from '../support/process/mute-server.ts';
import { eventually } from '../support/time/eventually.ts';
import { endsWithin } from '../support/time/in-time.ts';
import { createTimers } from '../support/time/timers.ts';

const MINUTE_MS = 60_000;

describe('the mail queue before a server that drops its connections', () => {
  const startMute = muteServers();
  let open: MailQueue[] = [];
  afterEach(async () => {
    await Promise.all(open.map((queue) => queue.close(0)));
    open = [];
  });

  function queueTo({ port }: { readonly port: number }) {
    const timers = createTimers(NOW);
    const lines = createLogLines();
    const transport = createSmtpTransport({
      server: { host: '127.0.0.1', port, user: null, password: null, tls: 'none' },
      from: { name: 'Acme', address: 'no-reply@acme.test' },
      connections: 1,
    });
    const queue = createMailQueue({
      store: createMemoryMailOutbox(),
      isDurable: false,
      cipher: createCipher([{ id: 'memory', key: 'of this test' }]),
      transport,
      ...timers,
      ...lines,
      random: systemRandom,
      concurrency: 1,
    });
    open.push(queue);
    return { queue, timers, lines };
  }

  /** Until the attempt that is under way has been put off. */
  const putOff = (timers: ReturnType<typeof createTimers>) =>
    eventually(async () => expect(timers.due()).to.have.lengthOf(1));

  for (const step of DROPS) {
    const times = step === 'BODY' ? 'again, under one Message-ID,' : 'once';
    it(`sends a message ${times} after drops at ${step} [R16 R17]`, async () => {
      const server = createDropping(step);
      const { queue, timers, lines } = queueTo(await startMute(server.speak));
      expect(await endsWithin(1000, queue.send(MAIL))).to.equal(true);
      for (const delay of [1000, 2000]) {
        await putOff(timers);
        expect(timers.due()).to.deep.equal([delay]);
        if (delay === 2000) server.behave();
        timers.nextStep(delay);
      }
      const read = step === 'BODY' ? 3 : 1;
      await eventually(async () => expect(server.mails).to.have.lengthOf(read));
      timers.nextStep(60 * MINUTE_MS);
      expect(timers.due()).to.deep.equal([]);
      expect(server.mails).to.have.lengthOf(read);
      const ids = server.mails.map((mail) => /^Message-ID: (<\w+@acme\.test>)/m.exec(mail)?.[1]);
      expect(new Set(ids).size).to.equal(1);
      expect(ids[0]).to.be.a('string');
      expect(server.dropped).to.be.at.least(2);
      expect(lines.lines).to.deep.equal([]);
    });
  }

  it('reports a message once when every connection during its life was dropped [R16 R17]', async () => {
    const server = createDropping('CONNECT');
    const { queue, timers, lines } = queueTo(await startMute(server.speak));
    await queue.send(MAIL);
    while (lines.lines.length === 0) {
      await eventually(async () => expect(timers.due().length + lines.lines.length).to.equal(1));
      timers.nextStep(timers.due()[0] ?? 0);
    }
    expect(timers.clock.now()).to.be.below(NOW + 90_000);
    expect([lines.lines.length, lines.lines[0]?.event, server.mails.length]).to.deep.equal([
      1,
      'mail.undelivered',
      0,
    ]);
  });
});
