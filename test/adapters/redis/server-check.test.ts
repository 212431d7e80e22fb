/** Which servers are refused, and how an operator is told. */
import { expect } from 'chai';
import { openRedisShortLived, type RedisOptions } from '../../../src/adapters/redis/open.ts';
import { checkServer } from '../../../src/adapters/redis/server-check.ts';
import { StoreUnavailable } from '../../../src/ports/faults.ts';
import { aTransaction } from '../../contracts/examples.ts';
import { needs } from '../../support/needs.ts';
import { CLOCK, closedAfterwards } from '../../support/stores/redis.ts';
import { redisServers } from '../../support/stores/redis-server.ts';
import { eventually } from '../../support/time/eventually.ts';

function info(changes: Readonly<Record<string, string>> = {}): string {
  const fields = { redis_version: '7.0.15', role: 'master', maxmemory_policy: 'noeviction', ...changes };
  return Object.entries(fields)
    .map(([name, value]) => `${name}:${value}\r\n`)
    .join('');
}

describe('the check of a Redis server', () => {
  const { 'redis-server': program } = needs('redis-server');
  const start = redisServers(program);
  const keep = closedAfterwards();
  const open = async (options: Omit<RedisOptions, 'clock'>) =>
    keep(await openRedisShortLived({ ...options, clock: CLOCK }));

  /** Why the start was refused: one line. */
  async function refusalOf(options: Omit<RedisOptions, 'clock'>): Promise<string> {
    const outcome: unknown = await open(options).catch((error: unknown) => error);
    if (!(outcome instanceof Error)) throw new Error('it started');
    expect(outcome.message).not.to.include('\n');
    return outcome.message;
  }

  it('tells the time of the server', async () => {
    const { url } = await start();
    const { clocks } = await open({ uri: url });
    const [clock] = clocks;
    expect(clock?.store).to.equal('Redis');
    expect(await clock?.now()).to.be.closeTo(Date.now(), 5000);
  });

  it('uses the configuration that the server reports', () => {
    expect(() => checkServer(info())).not.to.throw();
    expect(() => checkServer(info({ redis_version: '10.0.0' }))).not.to.throw();
    expect(() => checkServer(info({ redis_version: '6.2.14' }))).to.throw('6.2.14 is too old');
    expect(() => checkServer(info({ redis_version: '' }))).to.throw('too old');
    expect(() => checkServer(info({ role: 'slave' }))).to.throw('replica');
    expect(() => checkServer(info({ maxmemory_policy: '' }))).to.throw('unknown');
    expect(() => checkServer('')).to.throw();
  });

  it('refuses an evicting server at start with one clear line, under each policy [R7]', async () => {
    const { url, admin } = await start();
    for (const policy of ['allkeys-lru', 'allkeys-lfu', 'volatile-lru', 'volatile-ttl', 'volatile-random']) {
      await admin.config('SET', 'maxmemory-policy', policy);
      expect(await refusalOf({ uri: url })).to.match(
        new RegExp(`^Redis has maxmemory-policy ${policy}.*noeviction$`),
      );
    }
  });

  it('refuses an evicting server that appears or changes later, and accepts it once it is corrected [R7 R9]', async () => {
    const first = await start();
    await first.kill();
    const stores = await open({ uri: first.url });
    const { admin } = await start({ port: first.port, settings: ['maxmemory-policy allkeys-lru'] });
    const save = () => stores.transactions.save(aTransaction());
    await eventually(async () => {
      const refusal = await save().catch((error: unknown) => error);
      expect(refusal).to.be.instanceOf(StoreUnavailable);
      expect(String(refusal)).to.include('allkeys-lru');
    });
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    await eventually(save);

    await admin.config('SET', 'maxmemory-policy', 'volatile-lru');
    const unready = await stores.ping().catch((error: unknown) => error);
    expect(String(unready)).to.include('volatile-lru');
    expect(await save().catch((error: unknown) => error)).to.be.instanceOf(StoreUnavailable);
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    await eventually(stores.ping);
  });

  it('refuses a server that requires another login, with the reason and without the password [A98]', async () => {
    const { admin, port } = await start();
    await admin.call('acl', 'setuser', 'app', 'on', '>s3cret', '~*', '+@all', '-info');
    expect(await refusalOf({ uri: `redis://app:s3cret@127.0.0.1:${port}` })).to.include('INFO');
    await admin.config('SET', 'requirepass', 'the right one');
    expect(await refusalOf({ uri: `redis://127.0.0.1:${port}` })).to.include('NOAUTH');
    const wrong = await refusalOf({ uri: `redis://:wrong-one@127.0.0.1:${port}` });
    expect(wrong).to.include('WRONGPASS').and.not.include('wrong-one');
    const { ping } = await open({ uri: `redis://:${encodeURIComponent('the right one')}@127.0.0.1:${port}` });
    await ping();
  });

  it('reports the reasons of the server without stored values [A98]', async () => {
    const { admin, port } = await start({ settings: ['rename-command EVAL ""'] });
    const stores = await open({ uri: `redis://127.0.0.1:${port}` });
    const refusal = await stores.transactions.save(aTransaction()).catch((error: unknown) => error);
    expect(String(refusal)).to.include('unknown command').and.not.include('interaction-1');
    expect(refusal).to.be.instanceOf(StoreUnavailable).and.not.have.property('cause');
    expect(await admin.dbsize()).to.equal(0);
  });

  it('requires the URI of a server, a sentinel or a cluster', async () => {
    expect(await refusalOf({})).to.include('one of uri, sentinel and cluster');
    expect(await refusalOf({ sentinel: { name: 'doublelock' } })).to.include('a name and nodes');
  });
});
