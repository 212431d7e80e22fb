/** The metrics, and the form in which Prometheus reads them. */
import { expect } from 'chai';
import { createMetrics } from '../../../../src/adapters/system/metrics/metrics.ts';
import { timedStores } from '../../../../src/adapters/system/metrics/timed-stores.ts';

describe('the metrics', () => {
  it('count the events of the audit log by outcome and method', async () => {
    const metrics = createMetrics();
    metrics.event({
      event: 'second_factor.refused',
      method: 'totp',
      reason: 'code_invalid',
      accountId: 'somebody',
    });
    metrics.event({ event: 'second_factor.refused', method: 'totp', reason: 'code_invalid' });
    const { text, type } = await metrics.exposition();
    expect(type).to.match(/^text\/plain/);
    expect(text).to.include(
      'doublelock_events_total{event="second_factor.refused",method="totp",reason="code_invalid"} 2',
    );
    expect(text).not.to.include('somebody');
  });

  it('start rare events at zero, so that a rate shows the first one', async () => {
    const { text } = await createMetrics().exposition();
    expect(text).to.include('doublelock_events_total{event="account.reported",method="",reason=""} 0\n');
    for (const channel of ['email', 'sms'])
      expect(text).to.include(`doublelock_messages_undelivered_total{channel="${channel}"} 0\n`);
  });

  it('time requests in seconds', async () => {
    const metrics = createMetrics();
    metrics.request({ method: 'POST', path: '/interaction/:uid/sign-in', status: 303, ms: 30 });
    const { text } = await metrics.exposition();
    expect(text).to.match(/request_duration_seconds_sum\{.*path="\/interaction\/:uid\/sign-in".*\} 0\.03/);
    expect(text).to.match(/request_duration_seconds_bucket\{le="0\.025",.*\} 0/);
    expect(text).to.match(/request_duration_seconds_bucket\{le="0\.05",.*\} 1/);
  });

  it('time the calls of the stores, and list only those that took place', async () => {
    const metrics = createMetrics();
    const note = metrics.storeAct({ store: 'accounts', act: 'findById' });
    metrics.storeAct({ store: 'accounts', act: 'insert' });
    for (const ms of [0.05, 0.3, 4000]) note(true, ms);
    note(false, 0.3);
    const { text } = await metrics.exposition();
    const lines = text.split('\n').filter((line) => line.includes('store_duration_seconds'));
    const of = (ok: boolean) => `store="accounts",act="findById",ok="${ok}"`;
    expect(lines).to.include.members([
      '# TYPE doublelock_store_duration_seconds histogram',
      `doublelock_store_duration_seconds_bucket{le="0.00005",${of(true)}} 1`,
      `doublelock_store_duration_seconds_bucket{le="0.0001",${of(true)}} 1`,
      `doublelock_store_duration_seconds_bucket{le="0.0005",${of(true)}} 2`,
      `doublelock_store_duration_seconds_bucket{le="2.5",${of(true)}} 2`,
      `doublelock_store_duration_seconds_bucket{le="+Inf",${of(true)}} 3`,
      `doublelock_store_duration_seconds_count{${of(true)}} 3`,
      `doublelock_store_duration_seconds_bucket{le="0.0005",${of(false)}} 1`,
    ]);
    expect(lines.join()).not.to.include('insert');
  });

  it('read how busy the connections to a store are each time [R14]', async () => {
    const metrics = createMetrics();
    const busy = { limit: 100, inUse: 7, waiting: 0, refused: 0 };
    metrics.pressure({ store: 'MongoDB', read: () => busy });
    expect((await metrics.exposition()).text).to.include(
      'doublelock_store_connections_refused_total{store="MongoDB"} 0\n',
    );
    Object.assign(busy, { inUse: 100, waiting: 42, refused: 3 });
    const { text } = await metrics.exposition();
    for (const [name, value] of [
      ['limit', 100],
      ['in_use', 100],
      ['waiting', 42],
      ['refused_total', 3],
    ])
      expect(text).to.include(`doublelock_store_connections_${name}{store="MongoDB"} ${value}\n`);
  });

  it('have a registry of their own for each process part', async () => {
    createMetrics().event({ event: 'sign_in.completed' });
    expect((await createMetrics().exposition()).text).not.to.include('sign_in.completed');
  });
});

describe('the stopwatch around the stores', () => {
  it('times each call, done or failed, and changes neither result nor error', async () => {
    const seen: unknown[] = [];
    let now = 0;
    const stores = timedStores(
      {
        accounts: {
          findById: async (id: string) => `account ${id}`,
          insert: async () => {
            throw new Error('away');
          },
        },
        ping: async () => 'pong',
      },
      { storeAct: (of) => (ok, ms) => seen.push({ ...of, ok, ms }) },
      () => (now += 2),
    );
    expect(await stores.accounts.findById('1')).to.equal('account 1');
    expect(await stores.ping()).to.equal('pong');
    const failure = await stores.accounts.insert().catch((error: Error) => error.message);
    expect(failure).to.equal('away');
    expect(seen).to.deep.equal([
      { store: 'accounts', act: 'findById', ok: true, ms: 2 },
      { store: 'accounts', act: 'insert', ok: false, ms: 2 },
    ]);
  });
});
