/** The limit on what begins without a sign-in: its counters, its log and its metrics. */
import { expect } from 'chai';
import { type EmbeddedStores, openEmbedded } from '../../../src/adapters/embedded/open.ts';
import type { LogFields } from '../../../src/ports/log.ts';
import { createStartLimit, type Start } from '../../../src/use-cases/sign-in/start-limit.ts';
import { MINUTE, NOW } from '../../contracts/examples.ts';
import { freshDataDir } from '../../support/stores/embedded.ts';
import { createSettableClock, type SettableClock } from '../../support/time/clock.ts';

const LIMIT = 3;

describe('the limit on starts', () => {
  const dataDir = freshDataDir();
  let stores: EmbeddedStores;
  let clock: SettableClock;
  let lines: LogFields[];
  let throttled: string[];

  beforeEach(() => {
    stores = openEmbedded({ dataDir: dataDir() });
    clock = createSettableClock(NOW);
    lines = [];
    throttled = [];
  });
  afterEach(() => stores.close());

  const limitOf = (perMinute: number | null) =>
    createStartLimit({
      rates: stores.rates,
      perMinute,
      clock,
      metrics: { throttled: (endpoint) => void throttled.push(endpoint) },
      log: (fields) => void lines.push(fields),
    });

  function aStart(changes: Partial<Start> = {}): Start {
    return {
      endpoint: 'authorization',
      ip: '192.0.2.1',
      accountId: null,
      knownPerson: null,
      ...changes,
    };
  }

  async function admitted(admit: ReturnType<typeof limitOf>['admit'], starts: readonly Start[]) {
    const outcomes: boolean[] = [];
    for (const start of starts) outcomes.push((await admit(start)) === null);
    return outcomes.filter(Boolean).length;
  }

  const times = (count: number, changes: Partial<Start> = {}) =>
    Array.from({ length: count }, () => aStart(changes));

  it('has one counter for an address, for a person and for an account each [A112]', async () => {
    const { admit } = limitOf(LIMIT);
    for (const changes of [{}, { knownPerson: 'ann' }, { knownPerson: 'ann', accountId: 'account-1' }])
      expect(await admitted(admit, times(9, changes)), JSON.stringify(changes)).to.equal(LIMIT);
    expect(await admitted(admit, times(9, { ip: '192.0.2.2' }))).to.equal(LIMIT);
    expect(await admitted(admit, times(9, { ip: '192.0.2.3', knownPerson: 'ann' }))).to.equal(0);
    expect(await admitted(admit, times(9, { ip: '::ffff:192.0.2.1' }))).to.equal(0);
  });

  it('tells when the window ends [A112]', async () => {
    const { admit } = limitOf(LIMIT);
    await admitted(admit, times(LIMIT));
    clock.nextStep(20_000);
    expect(await admit(aStart())).to.equal(NOW + MINUTE);
    clock.nextStep(40_000);
    expect(await admitted(admit, times(9))).to.equal(LIMIT);
  });

  it('logs refusals at most once a minute, with their number, and counts each one [A112]', async () => {
    const { admit } = limitOf(LIMIT);
    await admitted(admit, times(LIMIT + 500));
    expect(lines).to.have.length(1);
    clock.nextStep(59_999);
    await admitted(admit, times(1, { endpoint: 'device_authorization' }));
    expect(lines).to.have.length(1);
    clock.nextStep(1);
    await admitted(admit, times(LIMIT + 1));
    expect(lines.map(({ event, endpoint }) => [event, endpoint])).to.deep.equal([
      ['request.throttled', 'authorization'],
      ['request.throttled', 'authorization'],
    ]);
    expect(lines.map(({ reason }) => reason?.split(' ')[0])).to.deep.equal(['1', '501']);
    expect(throttled).to.have.length(502);
  });

  it('knows without the store that a window is full, until it ends [A112]', async () => {
    const { admit, fullUntil } = limitOf(LIMIT);
    await admitted(admit, times(LIMIT));
    expect(fullUntil(aStart())).to.equal(null);
    await admit(aStart());
    expect(fullUntil(aStart())).to.equal(NOW + MINUTE);
    expect(fullUntil(aStart({ ip: '192.0.2.2' }))).to.equal(null);
    expect(throttled).to.have.length(2);
    clock.nextStep(MINUTE);
    expect(fullUntil(aStart())).to.equal(null);
    expect(await admitted(admit, times(9))).to.equal(LIMIT);
  });

  it('remembers a bounded number of full windows, and leaves the others to the store [A112]', async () => {
    const { admit, fullUntil } = limitOf(1);
    const addresses = Array.from({ length: 10_001 }, (_, n) => `10.0.${n >> 8}.${n & 255}`);
    await Promise.all(addresses.flatMap((ip) => [admit(aStart({ ip })), admit(aStart({ ip }))]));
    const known = addresses.filter((ip) => fullUntil(aStart({ ip })) !== null);
    expect(known).to.have.length(10_000);
    expect(await admitted(admit, [aStart({ ip: addresses[0] ?? '' })])).to.equal(0);
  });

  it('does not ask the store where there is no limit', async () => {
    const { admit } = limitOf(null);
    stores.close();
    expect(await admitted(admit, times(9))).to.equal(9);
  });
});
