/** Notices of ended sessions: real stores, real HTTP servers, and a time of the test's own. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type EmbeddedStores, openEmbedded } from '../../src/adapters/embedded/open.ts';
import { createOutboundFetch } from '../../src/adapters/outbound/outbound-fetch.ts';
import { createCipher } from '../../src/adapters/system/cipher.ts';
import { createLogoutQueue, type LogoutQueue } from '../../src/jobs/logout-queue.ts';
import type { LogoutNotice } from '../../src/ports/logout.ts';
import { createLogLines, NOW } from '../adapters/delivery/messages.ts';
import { type SmsGateway, smsGateways } from '../support/delivery/sms-gateway.ts';
import { freshDataDir } from '../support/stores/embedded.ts';
import { eventually } from '../support/time/eventually.ts';
import { createTimers } from '../support/time/timers.ts';

const NOTICE: LogoutNotice = {
  noticeId: 'notice-1',
  clientId: 'client-1',
  accountId: 'private-account-1',
  sid: 'private-sid-1',
};
const LEASE_MS = 20_000;
const LIFE_MS = 5 * 60_000;
const CONCURRENCY = 3;

describe('the queue of notices of ended sessions', () => {
  const startApplication = smsGateways();
  const dataDir = freshDataDir();
  let stores: EmbeddedStores;
  let timers: ReturnType<typeof createTimers>;
  let lines: ReturnType<typeof createLogLines>;
  let counted: string[];
  let open: LogoutQueue[];
  beforeEach(() => {
    stores = openEmbedded({ dataDir: dataDir() });
    timers = createTimers(NOW);
    lines = createLogLines();
    counted = [];
    open = [];
  });
  afterEach(async () => {
    await Promise.all(open.map((queue) => queue.close(0)));
    stores.close();
  });

  /** The queue of a process of its own: it shares the store with the others, and nothing else. */
  function queueTo({ url }: Pick<SmsGateway, 'url'>): LogoutQueue {
    const rules = { allowPrivateNetworks: [], allowLoopback: true, allowPlainHttp: true };
    const { clock, schedule } = timers;
    const fetch = createOutboundFetch({ ...rules, clock, log: () => {} });
    const queue = createLogoutQueue({
      store: stores.logoutOutbox,
      isDurable: true,
      onceKeys: stores.onceKeys,
      cipher: createCipher([{ id: 'key', key: 'of these tests' }]),
      clock,
      schedule,
      concurrency: CONCURRENCY,
      log: { info: lines.log, warn: lines.log },
      count: (outcome) => void counted.push(outcome),
      async tell({ sid }) {
        const body = new URLSearchParams({ sid });
        const answer = await fetch(url, { method: 'POST', body }).catch(() => null);
        if (answer?.status === 200) return { outcome: 'accepted' };
        const reason = `it answered ${answer?.status ?? 'nothing'}`;
        return { outcome: answer?.status === 400 ? 'refused' : 'later', reason };
      },
    });
    open.push(queue);
    return queue;
  }

  const noted = (outcomes: readonly string[]) =>
    eventually(async () => expect(counted).to.deep.equal(outcomes));
  const putOff = () => eventually(async () => expect(timers.due()).to.have.lengthOf(1));

  it('tells an application once, logs that and counts it [A120]', async () => {
    const application = await startApplication();
    await queueTo(application).add(NOTICE);
    await noted(['told']);
    expect(application.calls.map(({ body }) => body)).to.deep.equal(['sid=private-sid-1']);
    expect(lines.lines).to.deep.equal([
      { event: 'logout.told', client: 'client-1', account_id: 'private-account-1' },
    ]);
  });

  it('tries again with growing pauses for five minutes, and then says so once [A120]', async () => {
    const application = await startApplication();
    application.answer({ status: 503 });
    await queueTo(application).add(NOTICE);
    const pauses: number[] = [];
    while (counted.length === 0) {
      await eventually(async () => expect(timers.due().length + counted.length).to.equal(1));
      const [pause] = timers.due();
      if (pause === undefined) break;
      pauses.push(pause);
      timers.nextStep(pause);
    }
    expect(pauses.slice(0, 7)).to.deep.equal([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    const total = pauses.reduce((sum, pause) => sum + pause, 0);
    expect(total).to.be.within(LIFE_MS - 30_000, LIFE_MS);
    await noted(['not_told']);
    expect(lines.lines).to.have.lengthOf(1);
    expect(lines.lines[0]).to.deep.include({ event: 'logout.not_told', client: 'client-1' });
  });

  it('tells an application that is back within the five minutes [A120]', async () => {
    const application = await startApplication();
    application.answer({ status: 500 });
    await queueTo(application).add(NOTICE);
    await putOff();
    application.answer({ status: 200 });
    timers.nextStep(1000);
    await noted(['told']);
    expect(application.calls).to.have.lengthOf(2);
  });

  it('does not repeat a token that the application refuses', async () => {
    const application = await startApplication();
    application.answer({ status: 400 });
    await queueTo(application).add(NOTICE);
    await noted(['not_told']);
    timers.nextStep(LIFE_MS);
    expect([application.calls.length, timers.due()]).to.deep.equal([1, []]);
    expect(lines.lines[0]?.reason).to.equal('it answered 400');
  });

  it('sends one notice of a session that several processes end at the same time [A120]', async () => {
    const application = await startApplication();
    const queues = [queueTo(application), queueTo(application), queueTo(application)];
    await Promise.all(Array.from({ length: 30 }, (_, n) => queues[n % 3]?.add(NOTICE)));
    await noted(['told']);
    await Promise.all(queues.map((queue) => queue.deliverDue()));
    await queues[0]?.add(NOTICE);
    await queues[1]?.deliverDue();
    await queues[0]?.close(1000);
    expect(application.calls).to.have.lengthOf(1);
    expect(counted).to.deep.equal(['told']);
  });

  it('lets the next process tell what a killed one had begun [A120]', async () => {
    const hanging = await startApplication();
    hanging.answer(null);
    await queueTo(hanging).add(NOTICE);
    await eventually(async () => expect(hanging.calls).to.have.lengthOf(1));
    const application = await startApplication();
    const next = queueTo(application);
    await next.deliverDue();
    expect(application.calls, 'the other process may still be at it').to.deep.equal([]);
    timers.nextStep(LEASE_MS);
    await next.deliverDue();
    await noted(['told']);
    expect(application.calls).to.have.lengthOf(1);
  });

  it('leaves what is put off to the next process when it stops', async () => {
    const away = await startApplication();
    away.answer({ status: 503 });
    const first = queueTo(away);
    await first.add(NOTICE);
    await putOff();
    await first.close(1000);
    expect(lines.lines).to.deep.equal([{ event: 'logout.left', reason: 'it answered 503' }]);
    const application = await startApplication();
    const next = queueTo(application);
    timers.nextStep(1000);
    await next.deliverDue();
    await noted(['told']);
  });

  it('tells no more applications at the same time than it may', async () => {
    const application = await startApplication();
    const held: (() => void)[] = [];
    application.answer((response) => void held.push(() => response.writeHead(200).end()));
    const queue = queueTo(application);
    const notices = Array.from({ length: 10 }, (_, n) => ({ ...NOTICE, noticeId: `notice-${n}` }));
    await Promise.all(notices.map((notice) => queue.add(notice)));
    let most = 0;
    for (let told = 0; told < notices.length; told += 1) {
      const wanted = Math.min(CONCURRENCY, notices.length - told);
      await eventually(async () => expect(held).to.have.lengthOf.at.least(wanted));
      most = Math.max(most, held.length);
      held.shift()?.();
    }
    await eventually(async () => expect(counted).to.have.lengthOf(10));
    expect(most).to.equal(CONCURRENCY);
  });

  it('stores neither account nor session of a notice in clear', async () => {
    const hanging = await startApplication();
    hanging.answer(null);
    await queueTo(hanging).add(NOTICE);
    const files = readdirSync(dataDir()).map((name) => readFileSync(join(dataDir(), name), 'latin1'));
    expect(files.join(''), 'the search finds what is there').to.include('v1.key.');
    expect(files.join('')).not.to.match(/private-(account|sid)/);
  });
});
