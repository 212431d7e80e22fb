/** A reply that never arrives: the call is sent again, has one effect, and tells what it told the first time. */
import { expect } from 'chai';
import { openRedisShortLived, type RedisShortLived } from '../../../src/adapters/redis/open.ts';
import { StoreUnavailable } from '../../../src/ports/faults.ts';
import { aTransaction, MINUTE, NOW } from '../../contracts/examples.ts';
import { needs } from '../../support/needs.ts';
import { startTcpProxy, type TcpProxy } from '../../support/process/tcp-proxy.ts';
import { CLOCK, closedAfterwards } from '../../support/stores/redis.ts';
import { type RedisServer, redisServers } from '../../support/stores/redis-server.ts';
import { eventually } from '../../support/time/eventually.ts';

const EXPIRES = NOW + MINUTE;
const LIMITS = [{ counter: 'account', limit: 3, windowMs: MINUTE }];

describe('redis whose reply is cut', () => {
  const { 'redis-server': program } = needs('redis-server');
  const start = redisServers(program);
  const keep = closedAfterwards();
  let server: RedisServer;
  let proxy: TcpProxy;
  /** Through the proxy. */
  let stores: RedisShortLived;
  /** Straight to the server. */
  let others: RedisShortLived;

  beforeEach(async () => {
    server = await start();
    proxy = keep(await startTcpProxy(server.port));
    const uri = `redis://127.0.0.1:${proxy.port}`;
    stores = keep(await openRedisShortLived({ uri, clock: CLOCK }));
    others = keep(await openRedisShortLived({ uri: server.url, clock: CLOCK }));
  });

  /** Gives the result of a call whose first reply was lost. */
  async function cut<T>(call: () => Promise<T>): Promise<T> {
    const before = proxy.cut;
    proxy.cutNextReply();
    const told = await call();
    expect(proxy.cut).to.equal(before + 1);
    return told;
  }

  /** As `cut`, with something done by others before the call is sent again. */
  async function cutMeanwhile<T>(call: () => Promise<T>, meanwhile: () => Promise<unknown>): Promise<T> {
    const before = proxy.cut;
    proxy.cutNextReply();
    proxy.leadTo(0);
    const told = call();
    await eventually(async () => expect(proxy.cut).to.equal(before + 1));
    await meanwhile();
    proxy.leadTo(server.port);
    return told;
  }

  it('tells only the caller that consumed that it did [A44]', async () => {
    const { providerShortLived: provider } = stores;
    await provider.upsert('AuthorizationCode', 'code-1', {}, EXPIRES);
    expect(await cut(() => provider.consume('AuthorizationCode', 'code-1', NOW))).to.equal(true);
    expect(await cut(() => provider.consume('AuthorizationCode', 'code-1', NOW))).to.equal(false);
    expect(await others.providerShortLived.consume('AuthorizationCode', 'code-1', NOW)).to.equal(false);
  });

  it('tells only the caller that destroyed that it did', async () => {
    const { providerShortLived: provider } = stores;
    await provider.upsert('Interaction', 'interaction-1', {}, EXPIRES);
    expect(await cut(() => provider.destroy('Interaction', 'interaction-1'))).to.equal(true);
    expect(await cut(() => provider.destroy('Interaction', 'interaction-1'))).to.equal(false);
    expect(await others.providerShortLived.destroy('Interaction', 'interaction-1')).to.equal(false);
  });

  for (const to of ['session-1', 'session-2']) {
    it(`tells only the caller that replaced session-1 by ${to} that it did`, async () => {
      const row = (id: string, says: string) => ({ id, payload: { uid: 'uid-1', says } });
      const first = row('session-1', 'first');
      await stores.providerShortLived.upsert('Session', first.id, first.payload, EXPIRES);
      const replace = (next: string) => () =>
        stores.providerShortLived.replace('Session', first, row(to, next), EXPIRES);
      expect(await cut(replace('second'))).to.equal(true);
      expect(await cut(replace('third'))).to.equal(false);
      expect((await stores.providerShortLived.findByUid('Session', 'uid-1', NOW))?.says).to.equal('second');
    });
  }

  it('tells the caller that saved a version that it did, even if another caller saved the next one', async () => {
    expect(await cut(() => stores.transactions.save(aTransaction()))).to.be.an('object');
    expect(await cut(() => stores.transactions.save(aTransaction())), 'a second time').to.equal(null);
    const saved = await cutMeanwhile(
      () => stores.transactions.save(aTransaction({ version: 1 })),
      () => others.transactions.save(aTransaction({ version: 2, later: true })),
    );
    expect(saved).to.deep.equal(aTransaction({ version: 2 }));
    expect(await stores.transactions.find('interaction-1', NOW)).to.deep.equal(
      aTransaction({ version: 3, later: true }),
    );
  });

  it('tells a caller that lost that it lost, even if the winner is gone', async () => {
    const { providerShortLived: provider } = stores;
    await provider.upsert('AuthorizationCode', 'code-1', {}, EXPIRES);
    await others.providerShortLived.consume('AuthorizationCode', 'code-1', NOW);
    const consumed = await cutMeanwhile(
      () => provider.consume('AuthorizationCode', 'code-1', NOW),
      () => others.providerShortLived.destroy('AuthorizationCode', 'code-1'),
    );
    expect(consumed).to.equal(false);
  });

  it('counts an attempt once', async () => {
    const take = (id: string) =>
      stores.attempts.take({ owner: 'account-1', id, bucket: 'totp', atMs: NOW, limits: LIMITS });
    expect(await cut(() => take('attempt-1'))).to.deep.equal({ ok: true, left: { account: 2 } });
    expect(await cut(() => take('attempt-2'))).to.deep.equal({ ok: true, left: { account: 1 } });
    await cut(() => stores.attempts.forget('account-1', ['account'], 'totp'));
    expect(await take('attempt-3')).to.deep.equal({ ok: true, left: { account: 2 } });
  });

  it('sends a message once [R17]', async () => {
    const message = { channel: 'sms', to: '+31201234567', subject: '', text: '123456', html: null } as const;
    await cut(() => stores.outbox.append(message, NOW));
    expect(await cut(() => stores.outbox.list(10))).to.deep.equal([{ ...message, sentAt: NOW }]);
  });

  it('stores, finds and revokes as usual', async () => {
    const { providerShortLived: provider } = stores;
    const session = { uid: 'uid-1', grantId: 'grant-1' };
    await cut(() => provider.upsert('Session', 'session-1', session, EXPIRES));
    expect(await cut(() => provider.find('Session', 'session-1', NOW))).to.deep.equal(session);
    expect(await cut(() => provider.findByUid('Session', 'uid-1', NOW))).to.deep.equal(session);
    await cut(() => provider.revokeByGrantId('Session', 'grant-1'));
    expect(await provider.find('Session', 'session-1', NOW)).to.equal(null);
    await stores.transactions.save(aTransaction());
    await cut(() => stores.transactions.remove('interaction-1'));
    expect(await stores.transactions.find('interaction-1', NOW)).to.equal(null);
  });

  it('gives many calls under way the correct results', async () => {
    const { providerShortLived: provider } = stores;
    const ids = Array.from({ length: 50 }, (_, index) => `code-${index}`);
    await Promise.all(ids.map((id) => provider.upsert('AuthorizationCode', id, {}, EXPIRES)));
    const won = await cut(() => Promise.all(ids.map((id) => provider.consume('AuthorizationCode', id, NOW))));
    expect(won).to.deep.equal(ids.map(() => true));
  });

  it('is unavailable when the second reply is cut too, and has performed the call once', async () => {
    const { providerShortLived: provider } = stores;
    await provider.upsert('AuthorizationCode', 'code-1', {}, EXPIRES);
    const outcome = cutMeanwhile(
      () => provider.consume('AuthorizationCode', 'code-1', NOW).catch((error: unknown) => error),
      async () => proxy.cutEveryReply(),
    );
    expect(await outcome).to.be.instanceOf(StoreUnavailable);
    expect(await others.providerShortLived.consume('AuthorizationCode', 'code-1', NOW)).to.equal(false);
  });
});
