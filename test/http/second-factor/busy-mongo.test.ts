/** More requests than connections to MongoDB: a request is refused before anything of it counts, or is finished. */

import { AsyncLocalStorage } from 'node:async_hooks';
import { expect } from 'chai';
import type { Stores } from '../../../src/compose/parts.ts';
import { CODES_PER_SIGN_IN } from '../../../src/domain/sign-in/attempts.ts';
import { type App, PASSWORD, startApp } from '../../support/app.ts';
import { startTcpProxy, type TcpProxy } from '../../support/process/tcp-proxy.ts';
import { makeDataDir, removeDataDir } from '../../support/stores/embedded.ts';
import { mongoServer } from '../../support/stores/mongo-server.ts';
import { eventually } from '../../support/time/eventually.ts';
import { endsWithin } from '../../support/time/in-time.ts';
import type { Visitor } from '../../support/visitor.ts';
import { nextCode, withPeople } from '../oidc/story.ts';

/** More than may wait for a connection. */
const MANY = 300;
/** Milliseconds for each reply: those who wait take longer than they may. */
const SLOW_MS = 20;
/** Milliseconds: no more than a request takes that waits for nothing. */
const AT_ONCE_MS = 900;
const PEOPLE = ['ann@open.test', 'ben@open.test'];
const REFUSED = /^doublelock_store_connections_refused_total\{store="MongoDB"\} (\d+)$/m;

describe('a sign-in while all connections to MongoDB are busy', () => {
  const server = mongoServer();
  const dataDir = makeDataDir();
  /** The acts of other requests come from outside of those under test. */
  const outside = AsyncLocalStorage.snapshot();
  let proxy: TcpProxy;
  let app: App;
  let opened: Stores;
  let crowdAfterClaim = false;
  let crowd: Promise<unknown> = Promise.resolve();

  /** Takes the connection, and fills the line before it. */
  function fill(): void {
    proxy.delayReplies(SLOW_MS);
    const reads = () => Array.from({ length: MANY }, () => opened.lockouts.read('nobody').catch(() => null));
    crowd = Promise.all([crowd, outside(() => Promise.all(reads()))]);
  }

  async function drain(): Promise<void> {
    await crowd;
    proxy.delayReplies(0);
  }

  function around(stores: Stores): Stores {
    opened = stores;
    const { onceKeys } = stores;
    return {
      ...stores,
      onceKeys: {
        ...onceKeys,
        async first(...given) {
          const holder = await onceKeys.first(...given);
          if (crowdAfterClaim) fill();
          return holder;
        },
      },
    };
  }

  before(async () => {
    proxy = await startTcpProxy(server().port);
    const uri = `mongodb://127.0.0.1:${proxy.port}/busy?maxPoolSize=1`;
    const storage = {
      data_dir: dataDir,
      accounts: { driver: 'mongo', uri },
      short_lived: { driver: 'embedded' },
    };
    const people = withPeople(Object.fromEntries(PEOPLE.map((email) => [email, 'app@open.test'])));
    app = await startApp({ config: { ...people, storage }, dataDir, around });
  });
  after(async () => {
    await app?.stop();
    await proxy?.close();
    removeDataDir(dataDir);
  });
  afterEach(async () => {
    crowdAfterClaim = false;
    await drain();
  });

  async function atTheCode(email: string): Promise<Visitor> {
    const visitor = app.visitor();
    await visitor.open(await (await app.relyingParty()).authorizationUrl());
    expect((await visitor.signIn(email, PASSWORD)).name).to.equal('enter-code');
    return visitor;
  }

  it('is refused at once with 503, and its code is neither used nor counted [R14]', async () => {
    const visitor = await atTheCode('ann@open.test');
    const { page } = visitor;
    const code = nextCode(app);
    for (let time = 0; time <= CODES_PER_SIGN_IN; time += 1) {
      // Those who came before have waited too long by now.
      fill();
      const answered = visitor.submit(page, { code });
      expect(await endsWithin(AT_ONCE_MS, answered)).to.equal(true);
      const { status, name, headers } = await answered;
      expect([status, name]).to.deep.equal([503, 'error']);
      expect(headers['retry-after']).to.match(/^\d+$/);
    }
    const { text } = await app.visitor().get('/metrics');
    expect(Number(REFUSED.exec(text)?.[1])).to.be.above(MANY / 4);
    await drain();
    // In another sign-in, to which a used code would be lost.
    const another = await atTheCode('ann@open.test');
    expect((await another.submit(another.page, { code })).status).to.equal(303);
  });

  it('is finished once it has begun, however many new requests wait [R14]', async () => {
    const visitor = await atTheCode('ben@open.test');
    const code = nextCode(app);
    crowdAfterClaim = true;
    const answer = await visitor.submit(visitor.page, { code });
    expect([answer.status, answer.error]).to.deep.equal([303, null]);
    crowdAfterClaim = false;
    await drain();
    await eventually(() => app.parts.stores.ping());
  });
});
