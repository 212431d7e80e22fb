/** A Redis that is away, stopped, slow, empty or full: an answer within a second, and nothing counted twice. */
import { expect } from 'chai';
import { openRedisShortLived, type RedisShortLived } from '../../../src/adapters/redis/open.ts';
import { StoreUnavailable } from '../../../src/ports/faults.ts';
import { aTransaction, MINUTE, NOW } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import { needs } from '../../support/needs.ts';
import { startTcpProxy } from '../../support/process/tcp-proxy.ts';
import { CLOCK, closedAfterwards } from '../../support/stores/redis.ts';
import { fillUp, type RedisServer, redisServers } from '../../support/stores/redis-server.ts';
import { longestStall } from '../../support/time/event-loop.ts';
import { eventually } from '../../support/time/eventually.ts';
import { endsWithin } from '../../support/time/in-time.ts';

const LIMITS = [{ counter: 'account', limit: 3, windowMs: MINUTE }];
const EXPIRES = NOW + MINUTE;
/** Stored by nobody. */
const SESSION = { id: 'session-1', payload: { uid: 'uid-2' } };

function anAttempt(id: string) {
  return { owner: 'account-1', id, bucket: 'totp', atMs: NOW, limits: LIMITS };
}

/** One call of each kind. */
function oneOfEach(stores: RedisShortLived) {
  const { attempts, rates, transactions, providerShortLived: provider, outbox, ping } = stores;
  const message = { channel: 'email', to: 'bob@acme.test', subject: '', text: '', html: null } as const;
  return [
    attempts.take(anAttempt('attempt-1')),
    attempts.forget('account-1', ['account'], 'password'),
    rates.take('address:192.0.2.1', { limit: 3, windowMs: MINUTE }, NOW),
    transactions.find('interaction-1', NOW),
    transactions.save(aTransaction()),
    transactions.remove('interaction-2'),
    provider.upsert('Session', 'session-1', { uid: 'uid-1', grantId: 'grant-1' }, EXPIRES),
    provider.find('Session', 'session-1', NOW),
    provider.replace('Session', SESSION, { ...SESSION, id: 'session-2' }, EXPIRES),
    provider.findByUid('Session', 'uid-1', NOW),
    provider.consume('AuthorizationCode', 'code-1', NOW),
    provider.destroy('Interaction', 'interaction-2'),
    provider.revokeByGrantId('AccessToken', 'grant-1'),
    outbox.append(message, NOW),
    outbox.list(10),
    ping(),
  ] as readonly Promise<unknown>[];
}

/** In milliseconds, in the event loop that the callers wait in. */
const A_SECOND = 1000;
const AT_ONCE = 100;
/** In milliseconds: for how long a machine may be too busy. */
const BUSY_MS = 30_000;

/** Expects that all these calls are refused as unavailable, the last one within so many milliseconds. */
async function expectUnavailable(calls: readonly Promise<unknown>[], within = A_SECOND): Promise<void> {
  const ended = Promise.allSettled(calls);
  expect(await endsWithin(within, ended), `within ${within} ms`).to.equal(true);
  for (const one of await ended) {
    expect(one).to.have.property('reason').that.is.instanceOf(StoreUnavailable);
  }
}

describe('redis that fails', () => {
  const { 'redis-server': program } = needs('redis-server');
  const start = redisServers(program);
  const keep = closedAfterwards();
  const open = async ({ url }: Pick<RedisServer, 'url'>) =>
    keep(await openRedisShortLived({ uri: url, clock: CLOCK }));

  async function openThroughProxy() {
    const server = await start();
    const proxy = keep(await startTcpProxy(server.port));
    const stores = await open({ url: `redis://127.0.0.1:${proxy.port}` });
    return { server, proxy, stores };
  }

  it('is unavailable within a second once it was killed, then at once, and recovers by itself [R1]', async () => {
    const server = await start();
    const stores = await open(server);
    await stores.transactions.save(aTransaction());
    await server.kill();
    await expectUnavailable(oneOfEach(stores));
    await expectUnavailable(oneOfEach(stores), AT_ONCE);

    await start({ port: server.port });
    await eventually(stores.ping);
    expect(await stores.transactions.find('interaction-1', NOW), 'nothing is left').to.equal(null);
    await Promise.all(oneOfEach(stores));
  });

  it('rejects within a second while it is stopped, and performs each call at most once [R2]', async () => {
    const server = await start();
    const stores = await open(server);
    const provider = stores.providerShortLived;
    await provider.upsert('AuthorizationCode', 'code-1', {}, EXPIRES);
    server.pause();
    await expectUnavailable(oneOfEach(stores));
    await expectUnavailable(oneOfEach(stores));
    server.resume();
    await eventually(stores.ping);
    const counted = await stores.attempts.take(anAttempt('attempt-1'));
    expect(counted, 'taken in vain, twice').to.deep.equal({ ok: true, left: { account: 2 } });
    const consumed = await together(5, () => provider.consume('AuthorizationCode', 'code-1', NOW));
    expect(consumed.filter(Boolean).length).to.be.at.most(1);
    expect((await provider.find('AuthorizationCode', 'code-1', NOW))?.consumed).to.equal(NOW / 1000);
  });

  it('is slower when replies are late, unavailable when they are too late, and blocks nothing [R4]', async () => {
    const { proxy, stores } = await openThroughProxy();
    await stores.transactions.save(aTransaction());
    proxy.delayReplies(800);
    // A caller waits 900 ms, of which 100 ms are left here; a busy machine may use them up, so the test repeats.
    const found = await eventually(
      () => together(200, () => stores.transactions.find('interaction-1', NOW)),
      BUSY_MS,
    );
    expect(found.every((one) => one?.version === 1)).to.equal(true);

    proxy.delayReplies(5000);
    const connections = proxy.accepted;
    const stall = await longestStall(async () => {
      const calls = Array.from({ length: 200 }, () => stores.transactions.find('interaction-1', NOW));
      await expectUnavailable(calls);
    });
    expect(stall).to.be.below(250);
    expect(proxy.accepted, 'no connection for each call').to.equal(connections);

    proxy.delayReplies(0);
    await eventually(stores.ping);
    expect((await stores.transactions.find('interaction-1', NOW))?.version).to.equal(1);
  });

  it('continues as an empty store after a flush of keys and scripts [R5]', async () => {
    const server = await start();
    const stores = await open(server);
    const provider = stores.providerShortLived;
    await Promise.all(oneOfEach(stores));
    await server.admin.flushall();
    await server.admin.script('FLUSH');
    expect(await stores.transactions.find('interaction-1', NOW)).to.equal(null);
    expect(await stores.transactions.save(aTransaction({ version: 1 })), 'a version that is gone').to.equal(
      null,
    );
    expect(await provider.findByUid('Session', 'uid-1', NOW)).to.equal(null);
    expect(await provider.consume('AuthorizationCode', 'code-1', NOW)).to.equal(false);
    expect(await provider.destroy('Interaction', 'interaction-1')).to.equal(false);
    await Promise.all(oneOfEach(stores));
    expect((await stores.transactions.find('interaction-1', NOW))?.version).to.equal(1);
  });

  it('refuses writes instead of evicting when it is full; stored keys stay readable and removable [R7]', async () => {
    const server = await start({ settings: ['maxmemory 5mb', 'maxmemory-policy noeviction'] });
    const stores = await open(server);
    const provider = stores.providerShortLived;
    await Promise.all(oneOfEach(stores));
    await provider.upsert('AuthorizationCode', 'code-1', {}, EXPIRES);
    const isFull = await fillUp(server);
    expect(isFull).to.match(/^OOM/);

    await expectUnavailable([
      stores.attempts.take(anAttempt('attempt-2')),
      stores.transactions.save(aTransaction({ version: 1 })),
      provider.upsert('Session', 'session-2', {}, EXPIRES),
      provider.consume('AuthorizationCode', 'code-1', NOW),
      stores.ping(),
    ]);
    expect((await stores.transactions.find('interaction-1', NOW))?.version).to.equal(1);
    expect(await provider.findByUid('Session', 'uid-1', NOW)).not.to.equal(null);
    expect(await provider.destroy('Session', 'session-1')).to.equal(true);
    await provider.revokeByGrantId('AccessToken', 'grant-1');

    await server.admin.del('filling');
    await stores.ping();
    expect(await stores.attempts.take(anAttempt('attempt-3')), 'nothing was counted meanwhile').to.deep.equal(
      {
        ok: true,
        left: { account: 1 },
      },
    );
    expect(await provider.consume('AuthorizationCode', 'code-1', NOW)).to.equal(true);
  });

  it('starts without a server, is not ready, and becomes ready by itself [R9]', async () => {
    const server = await start();
    await server.kill();
    const stores = await open(server);
    await expectUnavailable(oneOfEach(stores));
    await start({ port: server.port });
    await eventually(stores.ping);
    await Promise.all(oneOfEach(stores));
  });

  it('starts within seconds while the server is silent, and becomes ready by itself [R9]', async () => {
    const server = await start();
    server.pause();
    const opening = openRedisShortLived({ uri: server.url, clock: CLOCK });
    const isInTime = await endsWithin(3000, opening);
    server.resume();
    const { ping } = keep(await opening);
    expect(isInTime, 'within three seconds').to.equal(true);
    await eventually(ping);
  });

  it('ends calls under way when it is closed, and is unavailable at once from then on', async () => {
    const stores = await open(await start());
    const underWay = Promise.allSettled(oneOfEach(stores));
    stores.close();
    expect(await endsWithin(A_SECOND, underWay)).to.equal(true);
    await expectUnavailable(oneOfEach(stores), AT_ONCE);
  });
});
