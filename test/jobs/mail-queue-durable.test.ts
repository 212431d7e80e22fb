/** Queued mail that outlives its process: real stores, real mail servers, and a time of the test's own. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { createSmtpTransport } from '../../src/adapters/delivery/smtp-sender.ts';
import { type EmbeddedStores, openEmbedded } from '../../src/adapters/embedded/open.ts';
import { createCipher } from '../../src/adapters/system/cipher.ts';
import { systemRandom } from '../../src/adapters/system/random.ts';
import { createMailQueue, type MailQueue } from '../../src/jobs/mail-queue.ts';
import type { Message, OnRefused } from '../../src/ports/senders.ts';
import { createLogLines, MAIL, NOW } from '../adapters/delivery/messages.ts';
import { mailServers } from '../support/delivery/mail-server.ts';
import { freePort } from '../support/process/free-port.ts';
import { muteServers } from '../support/process/mute-server.ts';
import { freshDataDir } from '../support/stores/embedded.ts';
import { eventually } from '../support/time/eventually.ts';
import { createTimers } from '../support/time/timers.ts';

const NOTICE: Message = { ...MAIL, subject: 'A factor was removed', expiresAt: null };
/** In milliseconds: how long a message is kept from other processes. */
const LEASE_MS = 20_000;
const KEY = { id: 'key', key: 'of these tests' };

describe('the mail queue on a durable store', () => {
  const startMailServer = mailServers();
  const startMute = muteServers();
  const dataDir = freshDataDir();
  let stores: EmbeddedStores;
  let timers: ReturnType<typeof createTimers>;
  let lines: ReturnType<typeof createLogLines>;
  let open: MailQueue[] = [];
  beforeEach(() => {
    stores = openEmbedded({ dataDir: dataDir() });
    timers = createTimers(NOW);
    lines = createLogLines();
  });
  afterEach(async () => {
    await Promise.all(open.map((queue) => queue.close(0)));
    open = [];
    stores.close();
  });

  /** The queue of a process of its own: it shares the store with the others, and nothing else. */
  function queueTo(
    { port }: { readonly port: number },
    {
      key = KEY,
      isCurrent = () => true,
      onRefused = async () => {},
    }: { key?: typeof KEY; isCurrent?: () => boolean; onRefused?: OnRefused } = {},
  ): MailQueue {
    const transport = createSmtpTransport({
      server: { host: '127.0.0.1', port, user: null, password: null, tls: 'none' },
      from: { name: 'Acme', address: 'no-reply@acme.test' },
      connections: 2,
    });
    const cipher = createCipher([key]);
    const sent = {
      has: async (id: string) => (await stores.onceKeys.peek(id)) !== null,
      add: async (id: string) => void (await stores.onceKeys.first(id, '', null)),
    };
    const around = { ...timers, log: lines.log, random: systemRandom, isCurrent, onRefused, sent };
    const queue = createMailQueue({
      ...around,
      store: stores.mailOutbox,
      isDurable: true,
      cipher,
      transport,
      concurrency: 2,
    });
    open.push(queue);
    return queue;
  }

  function rows(): number {
    const db = new DatabaseSync(join(dataDir(), 'accounts.sqlite'), { readOnly: true });
    const count = Number(db.prepare('SELECT count(*) AS n FROM mail_outbox').get()?.n);
    db.close();
    return count;
  }
  const empty = () => eventually(async () => expect(rows()).to.equal(0));

  it('reports a refused code also from the process that found it in the store', async () => {
    const first = queueTo({ port: await freePort() });
    await first.send({ ...MAIL, sendingId: 'id-of-the-sending' });
    await eventually(async () => expect(timers.due()).to.have.lengthOf(1));
    await first.close(0);
    const refused: string[] = [];
    const server = await startMailServer({ answer: () => '550 no such user' });
    const second = queueTo(server, { onRefused: async (id) => void refused.push(id) });
    timers.nextStep(1000);
    await second.deliverDue();
    await empty();
    expect(refused).to.deep.equal(['id-of-the-sending']);
  });

  it('deletes a message once the server has accepted it [D28]', async () => {
    const server = await startMailServer();
    await queueTo(server).send(MAIL);
    await empty();
    expect(server.mails).to.have.lengthOf(1);
  });

  it('sends a message once that several processes hand over, also after it has gone out [2.4 R24]', async () => {
    const server = await startMailServer();
    const [one, other] = [queueTo(server), queueTo(server)];
    const mail = { ...NOTICE, onceId: 'turn-1' };
    await Promise.all([one, other, one, other].map((queue) => queue.send(mail)));
    await one.deliverDue();
    await empty();
    expect(server.mails).to.have.lengthOf(1);
    await other.send(mail);
    await other.deliverDue();
    await empty();
    expect(server.mails).to.have.lengthOf(1);
    await other.send({ ...NOTICE, onceId: 'turn-2' });
    await empty();
    expect(server.mails).to.have.lengthOf(2);
  });

  it('sends a message once that was handed over again while the server was away [2.4 R24]', async () => {
    const port = await freePort();
    const mail = { ...NOTICE, onceId: 'turn-1' };
    const dead = queueTo({ port });
    await dead.send(mail);
    await eventually(async () => expect(timers.due()).to.have.lengthOf(1));
    await dead.close(0);
    const server = await startMailServer({ port });
    const next = queueTo(server);
    await next.send(mail);
    timers.nextStep(LEASE_MS);
    await next.deliverDue();
    await empty();
    expect(server.mails).to.have.lengthOf(1);
  });

  it('stores neither recipient nor words of a message in clear [D28]', async () => {
    await queueTo(await startMute()).send(MAIL);
    expect(rows()).to.equal(1);
    const files = readdirSync(dataDir()).map((name) => readFileSync(join(dataDir(), name), 'latin1'));
    expect(files.join(''), 'the search finds what is there').to.include('v1.key.');
    for (const word of ['ann.private', '482913', 'Acme', 'Your code'])
      expect(files.join('').includes(word), word).to.equal(false);
  });

  it('sends the message of a process that died once its lease has ended [R24]', async () => {
    await queueTo(await startMute()).send(MAIL);
    const server = await startMailServer();
    const next = queueTo(server);
    await next.deliverDue();
    expect(server.asked, 'the process may still be at it').to.deep.equal([]);
    timers.nextStep(LEASE_MS);
    await next.deliverDue();
    await empty();
    expect(server.mails.map(({ to }) => to)).to.deep.equal([[MAIL.to]]);
    expect(server.mails[0]?.source).to.include('482913 is your Acme code');
  });

  it('drops and counts an expired code of a process that died [R17 D28]', async () => {
    await queueTo(await startMute()).send(MAIL);
    const server = await startMailServer();
    timers.nextStep(90_000);
    await queueTo(server).deliverDue();
    await empty();
    expect(server.asked).to.deep.equal([]);
    expect(lines.lines).to.deep.equal([
      { event: 'mail.undelivered', reason: 'it was not sent within its life' },
    ]);
  });

  it('does not send a message a third time after two processes died during it', async () => {
    const mute = await startMute();
    await queueTo(mute).send(NOTICE);
    timers.nextStep(LEASE_MS);
    await queueTo(mute).deliverDue();
    timers.nextStep(LEASE_MS);
    const server = await startMailServer();
    await queueTo(server).deliverDue();
    await empty();
    expect(server.asked).to.deep.equal([]);
    expect(lines.lines).to.deep.equal([
      { event: 'mail.undelivered', reason: 'it may have been sent twice already' },
    ]);
  });

  it('sends each message once from several processes that look at the same time [D28]', async () => {
    const queued = queueTo(await startMute());
    await Promise.all(Array.from({ length: 12 }, () => queued.send(NOTICE)));
    timers.nextStep(LEASE_MS);
    const server = await startMailServer();
    const others = [queueTo(server), queueTo(server), queueTo(server)];
    await Promise.all(others.map((queue) => queue.deliverDue()));
    await eventually(async () => expect(server.mails.length).to.be.least(12));
    await empty();
    const ids = server.mails.map(({ source }) => /^Message-ID: (\S+)/m.exec(source)?.[1]);
    expect([ids.length, new Set(ids).size]).to.deep.equal([12, 12]);
  });

  it('lets another process send a message that an ended process had postponed [R17]', async () => {
    const grey = await startMailServer({ answer: () => '451 come back later' });
    const first = queueTo(grey);
    await first.send(MAIL);
    await eventually(async () => expect(timers.due()).to.have.lengthOf(1));
    await first.close(1000);
    expect(lines.lines).to.deep.equal([
      { event: 'mail.left', reason: 'the mail server answered 451 to RCPT TO' },
    ]);
    const server = await startMailServer();
    const next = queueTo(server);
    await next.deliverDue();
    expect(server.asked, 'it is not due yet').to.deep.equal([]);
    timers.nextStep(1000);
    await next.deliverDue();
    await empty();
    expect(server.mails).to.have.lengthOf(1);
  });

  it('does not send a message that was changed in the store, or one of another key', async () => {
    const mute = await startMute();
    await queueTo(mute).send(MAIL);
    await queueTo(mute, { key: { id: 'newer', key: 'of another instance' } }).send(NOTICE);
    const db = new DatabaseSync(join(dataDir(), 'accounts.sqlite'));
    db.exec(`UPDATE mail_outbox SET expires_at = expires_at + 3600000 WHERE encrypted LIKE 'v1.key.%'`);
    db.close();
    timers.nextStep(LEASE_MS);
    const server = await startMailServer();
    const older = queueTo(server);
    await older.deliverDue();
    await eventually(async () => expect(timers.due()).to.have.lengthOf(2));
    expect([server.asked, rows()]).to.deep.equal([[], 2]);
    await older.close(1000);
    timers.nextStep(1000);
    await queueTo(server, { key: { id: 'newer', key: 'of another instance' } }).deliverDue();
    await eventually(async () => expect(server.mails).to.have.lengthOf(1));
    expect(server.mails[0]?.source).to.include('A factor was removed');
  });

  it('attempts stored messages only with the newest queue of a process', async () => {
    await queueTo(await startMute()).send(MAIL);
    timers.nextStep(LEASE_MS);
    const server = await startMailServer();
    let isCurrent = false;
    const queue = queueTo(server, { isCurrent: () => isCurrent });
    await queue.deliverDue();
    expect(server.asked).to.deep.equal([]);
    isCurrent = true;
    await queue.deliverDue();
    await empty();
    expect(server.mails).to.have.lengthOf(1);
  });

  it('accepts no message that the store refuses', async () => {
    const queue = queueTo(await startMailServer());
    stores.close();
    const refusal = await queue.send(MAIL).catch((error: unknown) => error);
    expect(String(refusal)).to.match(/^StoreUnavailable/);
    stores = openEmbedded({ dataDir: dataDir() });
    expect(rows()).to.equal(0);
  });
});
