/** One of two processes is killed again and again while people sign in through both: everybody gets in, each code once. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { type MongoAccounts, openMongoAccounts } from '../../../src/adapters/mongo/open.ts';
import { PASSWORD, SECRET, type Yaml } from '../../support/app.ts';
import { anyOf, createChance } from '../../support/chance.ts';
import type { RelyingParty } from '../../support/hosts/relying-party.ts';
import type { Page } from '../../support/pages/page.ts';
import { STEP_MS, totpCode } from '../../support/totp.ts';
import type { Visitor } from '../../support/visitor.ts';
import { partyAt } from '../forms.ts';
import { emails, hasCode, people } from '../killed/people.ts';
import type { Program } from '../program.ts';
import { instancesOnOwnServers } from './instances.ts';

const KILLS = 5;
/** How many people sign in at the same time. */
const LANES = 3;
/** In milliseconds: a process lives at least as long beside the other, and at most twice as long. */
const LIFE_MS = 500;
/** In milliseconds: a balancer notices a dead process as late as this. */
const NOTICED_MS = 100;
/** Each person has several authenticator apps, and so a code for each time that a sign-in has to begin again. */
const SECRETS = [SECRET, 'NXUDEDWYJLU4KT2NCK3K42UBFT6AJJ2V', 'KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU'];

describe('two processes of which one is killed at random moments', function () {
  this.timeout(300_000);
  const at = instancesOnOwnServers(23);
  const chance = createChance(23);
  let config: Yaml;
  let running: Program[];
  let accounts: MongoAccounts;
  let rp: RelyingParty;

  const lead = () => at().balancer.leadTo(running.map(({ port }) => port));

  before(async () => {
    config = await people(SECRETS.map((secret) => ({ method: 'totp', secret })));
    running = [await at().start(config), await at().start(config)];
    lead();
    rp = await partyAt(at().balancer);
    accounts = await openMongoAccounts({ uri: at().mongo.uri });
  });
  after(() => accounts?.close());

  async function killOne(): Promise<void> {
    await pause(LIFE_MS * (1 + chance()));
    const victim = anyOf(running, chance);
    await victim.stop('SIGKILL');
    running = running.filter((program) => program !== victim);
    await pause(NOTICED_MS);
    lead();
    running = [...running, await at().start(config)];
    lead();
  }

  /** Repeats a request that got no answer, or that its page asks to repeat, and follows. */
  async function patiently(visitor: Visitor, request: () => Promise<Page>): Promise<Page> {
    for (;;) {
      const page = await request().catch((error: Error) => error);
      if (page instanceof Error || page.status === 503) {
        await pause(NOTICED_MS);
        continue;
      }
      expect(page.status, page.url).to.be.oneOf([200, 303, 400, 422]);
      const { location } = page;
      if (location === null || !location.startsWith(at().balancer.origin)) return page;
      return patiently(visitor, () => visitor.get(location));
    }
  }

  async function atCode(visitor: Visitor, email: string): Promise<Page> {
    const url = await rp.authorizationUrl();
    const page = await patiently(visitor, () => visitor.get(url));
    return patiently(visitor, () => visitor.submit(page, { email, password: PASSWORD }));
  }

  /** Gives the codes that were offered, the last of which signed in. */
  async function signIn(email: string): Promise<string[]> {
    const now = Date.now();
    const codes = [now, now + STEP_MS].flatMap((atMs) => SECRETS.map((secret) => totpCode(secret, atMs)));
    for (const [n, code] of codes.entries()) {
      const visitor = at().visitor();
      const page = await atCode(visitor, email);
      const end = await patiently(visitor, () => visitor.submit(page, { code }));
      if (hasCode(end)) {
        const later = at().visitor();
        const asked = await atCode(later, email);
        const repeated = await patiently(later, () => later.submit(asked, { code }));
        expect([repeated.status, repeated.error]).to.deep.equal([422, 'code_used']);
        return codes.slice(0, n + 1);
      }
      expect(end.error, end.text).to.be.oneOf(['code_used', 'session_expired', null]);
    }
    throw new Error(`${email} has used every code`);
  }

  it('sign everybody in, accept no code twice, and leave no line out of the audit log [R23 R25 A32]', async () => {
    const free = emails();
    const done = new Map<string, string[]>();
    let isOver = false;
    const killing = (async () => {
      for (let kills = 0; kills < KILLS; kills += 1) await killOne();
      isOver = true;
    })();
    const lanes = Array.from({ length: LANES }, async () => {
      while (!isOver) {
        const email = free.shift();
        if (email === undefined) return;
        done.set(email, await signIn(email));
      }
    });
    await Promise.all([killing, ...lanes]);
    expect(done.size).to.be.above(KILLS);

    for (const [email, offered] of done) {
      const account = await accounts.accounts.findByEmail(email);
      const lines = await accounts.audit.list({ accountId: account?.id ?? '', limit: 100 });
      const count = (name: string) => lines.filter(({ event }) => event === name).length;
      expect(count('sign_in.completed'), email).to.be.within(1, offered.length);
      expect(count('second_factor.accepted'), email).to.be.within(count('sign_in.completed'), offered.length);
    }
  });
});
