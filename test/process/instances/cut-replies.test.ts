/** A store does what it is told, and its reply never arrives: at each reply of a sign-in, with a person who tries again. */
import { expect } from 'chai';
import { type MongoAccounts, openMongoAccounts } from '../../../src/adapters/mongo/open.ts';
import { PASSWORD, SECRET } from '../../support/app.ts';
import type { RelyingParty } from '../../support/hosts/relying-party.ts';
import type { Page } from '../../support/pages/page.ts';
import { startTcpProxy, type TcpProxy } from '../../support/process/tcp-proxy.ts';
import { eventually } from '../../support/time/eventually.ts';
import { STEP_MS, totpCode } from '../../support/totp.ts';
import type { Visitor } from '../../support/visitor.ts';
import { partyAt } from '../forms.ts';
import { emails, hasCode, people } from '../killed/people.ts';
import type { Program } from '../program.ts';
import { instancesOnOwnServers } from './instances.ts';

/** How often a person repeats a request that was refused as unavailable. */
const MOST_TRIES = 3;
/** Fewer replies than any sign-in needs of either store. */
const FEWEST_REPLIES = 12;

describe('the program whose stores lose a reply', function () {
  this.timeout(300_000);
  const at = instancesOnOwnServers(4);
  let redis: TcpProxy;
  let mongo: TcpProxy;
  let accounts: MongoAccounts;
  let program: Program;
  let rp: RelyingParty;
  const free = emails();

  before(async () => {
    [redis, mongo] = await Promise.all([startTcpProxy(at().redis.port), startTcpProxy(at().mongo.port)]);
    program = await at().start(await people([{ method: 'totp', secret: SECRET }]), {
      REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      MONGODB_URI: `mongodb://127.0.0.1:${mongo.port}/`,
    });
    at().balancer.leadTo([program.port]);
    rp = await partyAt(at().balancer);
    accounts = await openMongoAccounts({ uri: at().mongo.uri });
  });
  after(async () => {
    await accounts?.close();
    await Promise.all([redis?.close(), mongo?.close()]);
  });

  const isReady = () =>
    eventually(async () => expect((await at().visitor().get('/health/ready')).status).to.equal(200));

  /** Repeats a request as its page asks, and follows. */
  async function patiently(visitor: Visitor, request: () => Promise<Page>): Promise<Page> {
    for (let tries = 1; ; tries += 1) {
      const page = await request();
      if (page.status !== 503) {
        const { location } = page;
        if (location === null || !location.startsWith(at().balancer.origin)) return page;
        return patiently(visitor, () => visitor.get(location));
      }
      expect([page.name, tries < MOST_TRIES]).to.deep.equal(['error', true]);
      expect(page.headers['retry-after']).to.match(/^\d+$/);
      await isReady();
    }
  }

  async function atCode(visitor: Visitor, email: string): Promise<Page> {
    const url = await rp.authorizationUrl();
    const page = await patiently(visitor, () => visitor.get(url));
    return patiently(visitor, () => visitor.submit(page, { email, password: PASSWORD }));
  }

  for (const [name, proxyOf] of [
    ['Redis', () => redis],
    ['MongoDB', () => mongo],
  ] as const) {
    it(`signs the person in, and accepts no code twice, whichever reply of ${name} is lost [A32 R2 R10]`, async () => {
      const proxy = proxyOf();
      let lost = 0;
      for (;;) {
        const email = free.shift() ?? '';
        const visitor = at().visitor();
        const now = Date.now();
        const [code, nextCode] = [totpCode(SECRET, now), totpCode(SECRET, now + STEP_MS)];
        const before = proxy.cut;
        proxy.cutReplyAfter(lost);
        const page = await atCode(visitor, email);
        expect(page.name, `${page.status} after ${lost}`).to.equal('enter-code');
        const end = await patiently(visitor, () => visitor.submit(page, { code }));
        if (proxy.cut === before) break;
        lost += 1;

        // The person learns that this code is used up, or that the sign-in has to begin again.
        if (!hasCode(end))
          expect([end.name, end.error]).to.be.deep.oneOf([
            ['enter-code', 'code_used'],
            ['error', 'session_expired'],
            ['error', null],
          ]);
        const later = at().visitor();
        const asked = await atCode(later, email);
        const repeated = await later.submit(asked, { code });
        expect([repeated.status, repeated.error], `after ${lost}`).to.deep.equal([422, 'code_used']);
        const last = await later.enterCode(nextCode);
        for (const each of [end, last].filter(hasCode)) await rp.exchange(each.location ?? '');
        expect(hasCode(last)).to.equal(true);

        const account = await accounts.accounts.findByEmail(email);
        const lines = await accounts.audit.list({ accountId: account?.id ?? '', limit: 100 });
        expect(lines.filter(({ event }) => event === 'second_factor.accepted').length).to.equal(2);
      }
      proxy.cutReplyAfter(Number.POSITIVE_INFINITY);
      expect(lost).to.be.above(FEWEST_REPLIES);
    });
  }
});
