/** Several processes on one Redis: one winner of each once-only act. */
import { expect } from 'chai';
import { openRedisShortLived } from '../../../src/adapters/redis/open.ts';
import { otherProcesses } from '../../support/process/processes.ts';
import { CLOCK, freshPrefix, redisUrl } from '../../support/stores/redis.ts';
import type { RaceResult } from '../../support/stores/redis-process.ts';

describe('redis and other processes', () => {
  const url = redisUrl();
  const prefix = freshPrefix(url);
  const start = otherProcesses('redis-process.ts');

  it('let one of four processes win each once-only act [A20 A44 R25]', async () => {
    const setUp = await openRedisShortLived({ uri: url(), clock: CLOCK, prefix: prefix() });
    for (let id = 0; id < 20; id += 1) {
      await setUp.providerShortLived.upsert('AuthorizationCode', String(id), {}, null);
      await setUp.providerShortLived.upsert('Interaction', String(id), {}, null);
      await setUp.providerShortLived.upsert('Session', String(id), {}, null);
    }
    setUp.close();

    const racers = Array.from({ length: 4 }, () => start(url(), prefix()));
    for (const racer of racers) expect(await racer.next()).to.equal('ready');
    for (const racer of racers) racer.tell('go');
    const results = (await Promise.all(racers.map((racer) => racer.next()))) as RaceResult[];

    const total = (count: (result: RaceResult) => number) =>
      results.reduce((sum, one) => sum + count(one), 0);
    expect(total((one) => one.consumed)).to.equal(20);
    expect(total((one) => one.destroyed)).to.equal(20);
    expect(total((one) => one.replaced)).to.equal(20);
    expect(total((one) => one.saved)).to.equal(20);
    expect(total((one) => one.attempts)).to.equal(10);
  });
});
