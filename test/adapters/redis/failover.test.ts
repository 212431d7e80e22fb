/** Another server takes over: what it never heard of is not done twice, and the client finds it by itself. */
import { expect } from 'chai';
import { openRedisShortLived } from '../../../src/adapters/redis/open.ts';
import { StoreUnavailable } from '../../../src/ports/faults.ts';
import { aTransaction, MINUTE, NOW } from '../../contracts/examples.ts';
import { needs } from '../../support/needs.ts';
import { startTcpProxy, type TcpProxy } from '../../support/process/tcp-proxy.ts';
import { CLOCK, closedAfterwards } from '../../support/stores/redis.ts';
import { caughtUp, startReplica, startSentinel } from '../../support/stores/redis-replica.ts';
import { redisServers } from '../../support/stores/redis-server.ts';
import { eventually } from '../../support/time/eventually.ts';

const EXPIRES = NOW + MINUTE;

describe('redis with a replica', () => {
  const { 'redis-server': program } = needs('redis-server');
  const start = redisServers(program);
  const keep = closedAfterwards();

  async function openThrough({ port }: TcpProxy) {
    return keep(await openRedisShortLived({ uri: `redis://127.0.0.1:${port}`, clock: CLOCK }));
  }

  it('consumes no code twice when the new primary missed its consumption [R6 A44]', async () => {
    const primary = await start();
    const link = keep(await startTcpProxy(primary.port));
    const replica = await startReplica(start, link.port);
    const proxy = keep(await startTcpProxy(primary.port));
    const { providerShortLived: provider, ping } = await openThrough(proxy);
    for (const id of ['code-1', 'code-2']) await provider.upsert('AuthorizationCode', id, {}, EXPIRES);
    await caughtUp(primary, replica);

    link.leadTo(0);
    link.breakAll();
    expect(await provider.consume('AuthorizationCode', 'code-1', NOW)).to.equal(true);
    await replica.admin.replicaof('NO', 'ONE');
    proxy.leadTo(replica.port);
    proxy.breakAll();
    await eventually(ping);

    expect(await provider.find('AuthorizationCode', 'code-1', NOW), 'not told to it').to.deep.equal({});
    expect(await provider.consume('AuthorizationCode', 'code-1', NOW)).to.equal(false);
    expect(await provider.consume('AuthorizationCode', 'code-2', NOW), 'dies with it').to.equal(false);
    await provider.upsert('AuthorizationCode', 'code-3', {}, EXPIRES);
    expect(await provider.consume('AuthorizationCode', 'code-3', NOW)).to.equal(true);
  });

  it('leaves a server that has become a replica, with no call half done [R8]', async () => {
    const first = await start();
    const second = await startReplica(start, first.port);
    const proxy = keep(await startTcpProxy(first.port));
    const { transactions } = await openThrough(proxy);
    await transactions.save(aTransaction());
    await caughtUp(first, second);
    await second.admin.replicaof('NO', 'ONE');
    await first.admin.replicaof('127.0.0.1', second.port);

    const refusal = await transactions.save(aTransaction({ version: 1 })).catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(StoreUnavailable);
    expect(String(refusal)).to.include('READONLY');
    proxy.leadTo(second.port);
    expect(await eventually(() => transactions.save(aTransaction({ version: 1 })))).to.be.an('object');
    expect(await transactions.find('interaction-1', NOW)).to.deep.equal(aTransaction({ version: 2 }));
  });

  it('notices a replica at the readiness check, and continues when it is the primary again [R8]', async () => {
    const first = await start();
    const second = await start();
    const stores = keep(await openRedisShortLived({ uri: first.url, clock: CLOCK }));
    await first.admin.replicaof('127.0.0.1', second.port);
    const refusal = await stores.ping().catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(StoreUnavailable);
    expect(String(refusal)).to.include('replica');
    const read = await stores.transactions.find('interaction-1', NOW).catch((error: unknown) => error);
    expect(read, 'nothing stale is read').to.be.instanceOf(StoreUnavailable);
    await first.admin.replicaof('NO', 'ONE');
    await eventually(stores.ping);
  });

  it('starts with the address of a replica, and is ready when that leads to the primary [R8]', async () => {
    const primary = await start();
    const replica = await startReplica(start, primary.port);
    const proxy = keep(await startTcpProxy(replica.port));
    const { transactions, ping } = await openThrough(proxy);
    const refusal = await transactions.save(aTransaction()).catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(StoreUnavailable);
    expect(String(refusal)).to.include('the server is a replica');
    proxy.leadTo(primary.port);
    await eventually(ping);
    expect(await transactions.save(aTransaction())).to.be.an('object');
  });

  it('finds the new primary through a sentinel, even if another sentinel is away [R6]', async function () {
    // The sentinel takes its own time to be sure, and more of it on a busy machine.
    this.timeout(120_000);
    this.retries(2);
    const primary = await start();
    const replica = await startReplica(start, primary.port);
    const sentinel = await startSentinel(start, 'doublelock', primary.port);
    const nodes = ['127.0.0.1:1', `127.0.0.1:${sentinel.port}`];
    const address = { sentinel: { name: 'doublelock', nodes } };
    const { transactions, ping } = keep(await openRedisShortLived({ ...address, clock: CLOCK }));
    await transactions.save(aTransaction());
    await caughtUp(primary, replica);

    await primary.kill();
    const refusal = await transactions.find('interaction-1', NOW).catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(StoreUnavailable);
    await eventually(ping, 30_000);
    expect((await transactions.find('interaction-1', NOW))?.version).to.equal(1);
    expect(await transactions.save(aTransaction({ version: 1 }))).to.be.an('object');
    expect(await replica.admin.role()).to.include('master');
  });
});
