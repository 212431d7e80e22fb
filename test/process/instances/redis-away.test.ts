/**
 * Redis dies, freezes, dawdles, forgets, fills up or changes sides: what people are told then, and what is never done.
 */
import { expect } from 'chai';
import * as client from 'openid-client';
import { type MachineClock, moveMachine } from '../../http/oidc/machine-clock.ts';
import { PASSWORD, SECRET } from '../../support/app.ts';
import type { RelyingParty } from '../../support/hosts/relying-party.ts';
import { needs } from '../../support/needs.ts';
import type { Page } from '../../support/pages/page.ts';
import { startTcpProxy, type TcpProxy } from '../../support/process/tcp-proxy.ts';
import { closedAfterwards } from '../../support/stores/redis.ts';
import { caughtUp, startReplica } from '../../support/stores/redis-replica.ts';
import { fillUp, type RedisServer, redisServers } from '../../support/stores/redis-server.ts';
import { eventually } from '../../support/time/eventually.ts';
import { startStopwatch } from '../../support/time/own-time.ts';
import { totpCode } from '../../support/totp.ts';
import type { Visitor } from '../../support/visitor.ts';
import { partyAt } from '../forms.ts';
import { PATIENCE_MS, type Program } from '../program.ts';
import { stepClocks, WITH_STEPPING_CLOCK } from './clock-steps.ts';
import { instancesOnOwnServers } from './instances.ts';

/** A second, and what the requests themselves take. In milliseconds. */
const A_SECOND = 1500;
const EMAIL = 'app@open.test';

interface AtCode {
  readonly visitor: Visitor;
  readonly page: Page;
}

describe('the program when Redis fails', function () {
  this.timeout(PATIENCE_MS);
  const { 'redis-server': path } = needs('redis-server');
  const start = redisServers(path);
  const keep = closedAfterwards();
  const at = instancesOnOwnServers(1);
  let proxy: TcpProxy;
  let program: Program;
  let rp: RelyingParty;
  let clock: MachineClock;
  let redis: RedisServer;

  before(async () => {
    clock = moveMachine();
    proxy = await startTcpProxy(at().redis.port);
    program = await at().start({}, { ...WITH_STEPPING_CLOCK, REDIS_URL: `redis://127.0.0.1:${proxy.port}` });
    at().balancer.leadTo([program.port]);
    rp = await partyAt(at().balancer);
  });
  after(async () => {
    clock?.restore();
    await proxy?.close();
  });
  beforeEach(async () => {
    redis = await start();
    await turnTo(redis);
  });

  async function turnTo({ port }: RedisServer): Promise<void> {
    proxy.leadTo(port);
    proxy.breakAll();
    await isReady();
  }

  const statusOf = async (path: string) => (await at().visitor().get(path)).status;
  const isReady = () => eventually(async () => expect(await statusOf('/health/ready')).to.equal(200));

  async function nextCode(): Promise<string> {
    await stepClocks([program], clock);
    return totpCode(SECRET, clock.now());
  }

  async function atCode(): Promise<AtCode> {
    const visitor = at().visitor();
    await visitor.open(await rp.authorizationUrl());
    return { visitor, page: await visitor.signIn(EMAIL, PASSWORD) };
  }

  const give = ({ visitor, page }: AtCode, code: string) => visitor.submit(page, { code });

  /** Unavailable, and in time: a page that says so, and when to come again. */
  async function expectAway(asked: () => Promise<Page>): Promise<void> {
    const stopwatch = startStopwatch(program.pid);
    const page = await asked();
    expect(stopwatch.read()).to.be.below(A_SECOND);
    expect([page.status, page.name]).to.deep.equal([503, 'error']);
    expect(page.headers['retry-after']).to.match(/^\d+$/);
  }

  async function signsIn(): Promise<void> {
    const end = await give(await atCode(), await nextCode());
    expect(end.status).to.equal(303);
  }

  it('answers unavailable within a second when Redis is killed before the code, and then starts a new sign-in [R1]', async () => {
    const person = await atCode();
    const code = await nextCode();
    await redis.kill();
    await expectAway(() => give(person, code));
    expect(await statusOf('/health/ready')).to.equal(503);
    expect(await statusOf('/health/live')).to.equal(200);
    await turnTo(await start());
    const gone = await give(person, code);
    expect([gone.status, gone.error]).to.deep.equal([400, 'session_expired']);
    // Never looked at, it is still good.
    expect((await give(await atCode(), code)).status).to.equal(303);
  });

  it('answers within a second when Redis freezes during a check, and accepts the code at most once [R2]', async () => {
    const person = await atCode();
    const code = await nextCode();
    redis.pause();
    await expectAway(() => give(person, code));
    await expectAway(() => give(person, code));
    await expectAway(async () =>
      at()
        .visitor()
        .open(await rp.authorizationUrl()),
    );
    redis.resume();
    await isReady();
    expect((await give(person, code)).status).to.equal(303);
    const again = await give(await atCode(), code);
    expect([again.status, again.error]).to.deep.equal([422, 'code_used']);
  });

  it('waits for slow replies, answers unavailable to late ones, and opens no more connections [R4]', async () => {
    const person = await atCode();
    const code = await nextCode();
    proxy.delayReplies(300);
    const began = performance.now();
    const ended = await give(person, code);
    expect(ended.status).to.equal(303);
    expect(performance.now() - began).to.be.above(300);

    proxy.delayReplies(5000);
    const connections = proxy.accepted;
    const crowd = Promise.all(
      Array.from({ length: 100 }, async () =>
        at()
          .visitor()
          .get(await rp.authorizationUrl()),
      ),
    );
    const lives = await Promise.all(Array.from({ length: 20 }, () => statusOf('/health/live')));
    expect(lives).to.deep.equal(Array(20).fill(200));
    const statuses = new Set((await crowd).map(({ status }) => status));
    expect([...statuses]).to.deep.equal([503]);
    expect(proxy.accepted - connections, 'no connection for each request').to.be.below(5);

    proxy.delayReplies(0);
    await isReady();
    await signsIn();
  });

  it('loses open sign-ins when Redis is emptied, but keeps locks and used codes [R5]', async () => {
    for (let each = 0; each < 10; each += 1) {
      const stranger = at().visitor();
      const page = await stranger.open(await rp.authorizationUrl());
      await stranger.submit(page, { email: 'new@open.test', password: 'wrong' });
    }
    const person = await atCode();
    const code = await nextCode();
    const end = await person.visitor.enterCode(code);
    const other = await atCode();
    await redis.admin.flushall();

    const gone = await give(other, await nextCode());
    expect([gone.status, gone.error]).to.deep.equal([400, 'session_expired']);
    expect(await rp.exchange(end.location ?? '').catch((error: Error) => error)).to.be.instanceOf(Error);
    expect((await give(await atCode(), code)).error).to.equal('code_used');
    const locked = at().visitor();
    await locked.open(await rp.authorizationUrl());
    expect((await locked.signIn('new@open.test', PASSWORD)).error).to.equal('too_many_attempts');
    await signsIn();
  });

  it('refuses a used code after a failover that lost it, and ends the session it opened [R6 A32]', async () => {
    const link = keep(await startTcpProxy(redis.port));
    const replica = await startReplica(start, link.port);
    const [first, second] = [await atCode(), await atCode()];
    await caughtUp(redis, replica);
    link.leadTo(0);
    link.breakAll();

    const code = await nextCode();
    const end = await first.visitor.follow(await give(first, code));
    expect(end.location).to.include('code=');
    await replica.admin.replicaof('NO', 'ONE');
    await turnTo(replica);
    expect((await give(second, code)).error).to.equal('code_used');
    expect(await rp.exchange(end.location ?? '').catch((error: Error) => error)).to.be.instanceOf(Error);
    await signsIn();
  });

  it('refuses writes when Redis is full, keeps issued tokens, and completes open sign-ins later [R7]', async () => {
    const before = await atCode();
    const end = await before.visitor.enterCode(await nextCode());
    const tokens = await rp.exchange(end.location ?? '');
    const person = await atCode();
    const code = await nextCode();
    await redis.admin.config('SET', 'maxmemory', '5mb');
    expect(await fillUp(redis)).to.match(/^OOM/);

    await expectAway(() => give(person, code));
    await expectAway(async () =>
      at()
        .visitor()
        .open(await rp.authorizationUrl()),
    );
    expect(await statusOf('/health/ready')).to.equal(503);
    const { sub = '' } = tokens.claims() ?? { sub: '' };
    expect((await client.fetchUserInfo(rp.configuration, tokens.access_token, sub)).sub).to.equal(sub);

    await redis.admin.config('SET', 'maxmemory', '0');
    await isReady();
    expect((await give(person, code)).status).to.equal(303);
  });

  it('is not ready while Redis may evict counters [R7]', async () => {
    await redis.admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await eventually(async () => expect(await statusOf('/health/ready')).to.equal(503));
    await redis.admin.config('SET', 'maxmemory-policy', 'noeviction');
    await isReady();
  });

  it('leaves no sign-in half done when Redis becomes a replica, and continues on the new primary [R8]', async () => {
    const next = await startReplica(start, redis.port);
    const person = await atCode();
    const code = await nextCode();
    await caughtUp(redis, next);
    await next.admin.replicaof('NO', 'ONE');
    await redis.admin.replicaof('127.0.0.1', next.port);
    await expectAway(() => give(person, code));
    await turnTo(next);
    expect((await give(person, code)).status).to.equal(303);
  });

  it('starts without Redis, and is ready once Redis answers [R9]', async () => {
    const away = keep(await startTcpProxy(0));
    const early = await at().start({}, { REDIS_URL: `redis://127.0.0.1:${away.port}` });
    const health = async (path: string) => (await early.visitor().get(path)).status;
    expect([await health('/health/live'), await health('/health/ready')]).to.deep.equal([200, 503]);
    away.leadTo(redis.port);
    await eventually(async () => expect(await health('/health/ready')).to.equal(200));
    await early.stop();
  });
});
