/** A method of somebody else's: one file, one line of the catalogue, and two views. */
import { expect } from 'chai';
import { CATALOGUE } from '../../../../src/domain/methods/index.ts';
import type { SecondFactorOptions } from '../../../../src/index.ts';
import { mongo } from '../../../../src/mongo.ts';
import { readOptions } from '../../../../src/plugin/options/schema.ts';
import { composeGuest } from '../../../../src/plugin/second-factor.ts';
import { redis } from '../../../../src/redis.ts';
import { begin, type InteractionContext, MFA, redeem } from '../../../plugin/story.ts';
import { type GuestHost, startGuest } from '../../../support/hosts/guest-host.ts';
import { IN_EXPRESS } from '../../../support/hosts/guest-kinds.ts';
import { withDatabase } from '../../../support/stores/mongo.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { wordOfTheDay, wordOn } from './word-of-the-day.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

function compose(options: SecondFactorOptions) {
  const read = readOptions(options);
  const policy = { ...read.policy, methods: [wordOfTheDay.name] };
  const catalogue = [...CATALOGUE, wordOfTheDay];
  return composeGuest({ ...read, policy }, { catalogue, addedViews: new URL('views/', import.meta.url) });
}

interface OpenStores {
  readonly stores: GuestHost['stores'];
  close(): Promise<void>;
}

/** Null: the embedded ones of the host. In the run on MongoDB and Redis: those. */
async function openStores(): Promise<OpenStores | null> {
  const { TEST_STORES, MONGODB_URI = '', REDIS_URL = '' } = process.env;
  if (TEST_STORES !== 'mongo-redis') return null;
  const name = `added-method-${process.pid}-${process.hrtime.bigint()}`;
  const durable = await mongo({ uri: withDatabase(MONGODB_URI, name) });
  const shortLived = await redis({ uri: REDIS_URL, prefix: `${name}:` });
  return {
    stores: { durable, shortLived },
    async close() {
      shortLived.close();
      await durable.close();
    },
  };
}

describe('a method that a host adds', () => {
  let opened: OpenStores | null;
  let at: InteractionContext;

  beforeEach(async () => {
    opened = await openStores();
    const host = await startGuest(IN_EXPRESS, { compose, ...(opened && { stores: opened.stores }) });
    at = { host, rp: await host.relyingParty() };
  });
  afterEach(async () => {
    await at.host.stop();
    await opened?.close();
  });

  /** From nothing to a factor; gives the first word of the list of this person. */
  async function enrol(visitor: Visitor): Promise<{ secret: string; end: Visitor['page'] }> {
    await begin(at, visitor, 'ann');
    const page = await visitor.chooseMethod(wordOfTheDay.name);
    expect(page.name).to.equal('set-up-x-word');
    const secret = page.mark('secret');
    return { secret, end: await visitor.enterCode(wordOn(secret, at.host.clock.now())) };
  }

  it('is enrolled by its own page, and carries a sign-in as far as its traits say', async () => {
    const { end } = await enrol(at.host.visitor());
    const { claims } = await redeem(at.rp, end);
    expect(claims.acr).to.equal(MFA);
    expect(claims.amr).to.have.members(['pwd', 'kba', 'mfa']);
    const factors = await at.host.lock.factors.list('ann');
    expect(factors.map(({ method }) => method)).to.have.members(['x-word', 'recovery']);
  });

  it('is asked for by its own page at the next sign-in, and takes each word once', async () => {
    const { secret } = await enrol(at.host.visitor());
    const used = at.host.visitor();
    expect((await begin(at, used, 'ann')).name).to.equal('enter-x-word');
    const today = wordOn(secret, at.host.clock.now());
    expect((await used.enterCode(today)).error).to.equal('code_used');

    at.host.clock.nextStep(DAY_MS);
    const tomorrow = wordOn(secret, at.host.clock.now());
    const visitor = at.host.visitor();
    await begin(at, visitor, 'ann');
    expect((await visitor.enterCode(today)).error).to.equal('code_invalid');
    const { claims } = await redeem(at.rp, await visitor.enterCode(tomorrow));
    expect(claims.acr).to.equal(MFA);
    expect(claims.amr).to.have.members(['pwd', 'kba', 'mfa']);
  });

  it('refuses a wrong word and counts it', async () => {
    await enrol(at.host.visitor());
    const attacker = at.host.visitor();
    const page = await begin(at, attacker, 'ann');
    const guess = () => attacker.submit(page, { code: 'guess' });
    for (let times = 0; times < 5; times += 1) expect((await guess()).error).to.equal('code_invalid');
    expect((await guess()).error).to.equal('too_many_attempts');
  });
});
