/** MongoDB dies, freezes, dawdles or was never there: an answer in time, and nobody is signed in by half. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { warningsAbout } from '../../../src/adapters/mongo/server/server-check.ts';
import { PASSWORD, SECRET } from '../../support/app.ts';
import type { RelyingParty } from '../../support/hosts/relying-party.ts';
import type { Page } from '../../support/pages/page.ts';
import type { RawAnswer } from '../../support/process/raw-request.ts';
import { startTcpProxy, type TcpProxy } from '../../support/process/tcp-proxy.ts';
import { eventually } from '../../support/time/eventually.ts';
import { startStopwatch } from '../../support/time/own-time.ts';
import { totpCode } from '../../support/totp.ts';
import { openForms, partyAt, send } from '../forms.ts';
import { PATIENCE_MS, type Program, programs } from '../program.ts';
import { instancesOnOwnServers } from './instances.ts';

/** Two to three seconds, and what the requests themselves take. In milliseconds. */
const IN_TIME = 4000;
/** The connections that the URI allows, and the driver's own. */
const CONNECTIONS = 10 + 2;
const PEOPLE = 200;
const REFUSED = /^doublelock_store_connections_refused_total\{store="MongoDB"\} (\d+)$/m;
/** The most memory that two hundred requests with their pages may take, in MiB. */
const ROOM = 150;

describe('the program when MongoDB fails', function () {
  this.timeout(PATIENCE_MS);
  const { refused } = programs();
  const at = instancesOnOwnServers(10);
  let proxy: TcpProxy;
  let program: Program;
  let rp: RelyingParty;

  before(async () => {
    proxy = await startTcpProxy(at().mongo.port);
    program = await at().start({}, { MONGODB_URI: `mongodb://127.0.0.1:${proxy.port}/?maxPoolSize=10` });
    at().balancer.leadTo([program.port]);
    rp = await partyAt(at().balancer);
  });
  after(() => proxy?.close());

  const statusOf = async (path: string) => (await at().visitor().get(path)).status;
  const isReady = () =>
    eventually(async () => expect(await statusOf('/health/ready')).to.equal(200), PATIENCE_MS / 4);

  it('warns at its start of a server that is in no replica set [R12]', async () => {
    const { level, reason } = await program.logged('store.warning');
    expect([level, reason]).to.deep.equal(['warn', warningsAbout({ maxWireVersion: 21 })[0]]);
  });

  async function expectAway(asked: () => Promise<Page>): Promise<void> {
    const stopwatch = startStopwatch(program.pid);
    const page = await asked();
    expect(stopwatch.read()).to.be.below(IN_TIME);
    expect([page.status, page.name]).to.deep.equal([503, 'error']);
    expect(page.headers['retry-after']).to.match(/^\d+$/);
  }

  /** Sealed as they are, those of somebody cannot be told from others. */
  async function sessions(): Promise<number> {
    return (await at().redis.admin.keys('dl:provider:{Session:*')).length;
  }

  for (const [what, fail, mend] of [
    ['is killed', () => at().mongo.kill(), () => at().mongo.restart()],
    ['freezes', () => at().mongo.pause(), () => at().mongo.resume()],
  ] as const) {
    it(`answers unavailable in time when MongoDB ${what} at the password, and accepts the same form afterwards [R10]`, async () => {
      const visitor = at().visitor();
      const page = await visitor.open(await rp.authorizationUrl());
      const fields = { email: 'new@open.test', password: PASSWORD };
      const before = await sessions();
      await fail();
      await expectAway(() => visitor.submit(page, fields));
      expect(await statusOf('/health/live')).to.equal(200);
      expect(await statusOf('/health/ready')).to.equal(503);
      expect(await sessions()).to.equal(before);

      await mend();
      await isReady();
      const silent = await visitor.get(await rp.authorizationUrl({ prompt: 'none' }));
      expect(silent.location).to.include('error=login_required');
      const end = await visitor.follow(await visitor.submit(page, fields));
      expect((await rp.exchange(end.location ?? '')).claims()?.aud).to.equal('rp');
      expect(await sessions()).to.be.above(before);
    });
  }

  it('refuses a sign-in that it cannot record while MongoDB is frozen, and then accepts the code once [R12]', async () => {
    const [visitor, other] = [at().visitor(), at().visitor()];
    for (const one of [visitor, other]) {
      await one.open(await rp.authorizationUrl());
      await one.signIn('app@open.test', PASSWORD);
    }
    const { page } = visitor;
    const code = totpCode(SECRET, Date.now());
    at().mongo.pause();
    await expectAway(() => visitor.submit(page, { code }));
    at().mongo.resume();
    await isReady();
    expect((await visitor.submit(page, { code })).status).to.equal(303);
    expect((await other.enterCode(code)).error).to.equal('code_used');
  });

  it('answers two hundred sign-ins in time while MongoDB is slow, on ten connections and without more memory [R14]', async () => {
    const { origin } = at().balancer;
    const forms = await openForms({ origin, visitor: () => at().visitor() }, emails());
    proxy.delayReplies(5000);
    const connections = proxy.accepted;
    const before = memoryMiB(program, 'VmRSS');
    const stopwatch = startStopwatch(program.pid);
    const answered = Promise.all(forms.map((form) => send(program, form)));
    const lives = await Promise.all(Array.from({ length: 20 }, () => statusOf('/health/live')));
    expect(lives).to.deep.equal(Array(20).fill(200));
    expectBusy(await answered);
    expect(stopwatch.read()).to.be.below(IN_TIME);
    expect(proxy.accepted - connections).to.be.at.most(CONNECTIONS);
    expect(memoryMiB(program, 'VmHWM') - before).to.be.below(ROOM);
    const { text } = await program.visitor().get('/metrics');
    expect(Number(REFUSED.exec(text)?.[1])).to.be.above(PEOPLE / 2);

    proxy.delayReplies(0);
    await isReady();
    const [form] = forms;
    if (!form) throw new Error('there is no form');
    expect((await send(program, form)).status).to.equal(303);
  });

  it('exits in time when MongoDB never was reachable, with one line that holds no secret [R10]', async () => {
    const { code, err, out, after } = await refused({
      env: { MONGODB_URI: 'mongodb://app:hunter2@127.0.0.1:1/doublelock', REDIS_URL: at().redis.url },
    });
    expect({ code, out }).to.deep.equal({ code: 1, out: '' });
    expect(err).to.match(/^[^\n]*MongoDB[^\n]*\n$/);
    expect(err).not.to.include('hunter2');
    expect(after).to.be.below(2 * IN_TIME);
  });
});

/** Every entry is the same account, so that each request makes the same store calls. */
function emails(): string[] {
  return Array.from({ length: PEOPLE }, () => 'new@plain.test');
}

function expectBusy(answers: readonly RawAnswer[]): void {
  for (const { status, headers, body } of answers) {
    expect(status).to.equal(503);
    expect(headers['retry-after']).to.match(/^\d+$/);
    expect(body).to.include('data-page="error"');
  }
}

/** Gives the kernel's count of resident memory, or of its peak. */
function memoryMiB({ pid }: Program, which: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${which}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
}
