/** The measuring programs at their smallest, so that they still run when somebody wants numbers. */
import { expect } from 'chai';
import { compare, traceBoth } from '../bench/compare.ts';
import { STEPS } from '../bench/flows.ts';
import { grow } from '../bench/growth.ts';
import { percentile } from '../bench/load.ts';
import { type Mailbox, openMailbox } from '../bench/mailbox.ts';
import { createPeople, type People } from '../bench/people.ts';
import { createReaders } from '../bench/readers.ts';
import { circumstances, comparisonTable, growthTable, stepTable } from '../bench/report.ts';
import { makePlace } from '../bench/seed.ts';
import { growthIn, soak } from '../bench/soak.ts';
import { roundTrips } from './support/stores/store-acts.ts';

/** For mocha, in milliseconds: servers are started, and may share the processors with other work. */
const PATIENCE_MS = 300_000;
const PEOPLE = 40;
/** Acts of the stores one after the other in a sign-in with an app, and the reads of the accounts store among them. */
const MOST_SEQUENTIAL = 30;
const MOST_READS = 7;
/** Sign-ins of the small soak, each of somebody else. */
const SOAKED = 600;
/** In it, a leak of some ten kilobytes for each sign-in is more. */
const MOST_GROWTH = 1.15;
const ROUND = { seconds: 20, concurrency: 2, flows: 3 };

describe('the bench', () => {
  describe('with servers', function () {
    this.timeout(PATIENCE_MS);
    let place: Awaited<ReturnType<typeof makePlace>>;
    let mailbox: Mailbox;
    let readers: People;
    const people = createPeople(PEOPLE, Date.now);
    const warmUp = { flows: 1 };

    before(async () => {
      place = await makePlace({ accounts: PEOPLE, sessions: 2, readers: PEOPLE }, null);
      mailbox = await openMailbox(place);
      readers = createReaders(PEOPLE, mailbox, Date.now);
    });

    after(async () => {
      await mailbox.close();
      place.remove();
    });

    it('signs people in to both, and prints the costs', async () => {
      const setting = { place, people, readers, core: null, rounds: 1, round: ROUND, warmUp };
      const traces = await traceBoth(setting);
      const compared = await compare('none', setting);

      expect(traces.doublelock.signIn.sequential, 'one after the other').to.be.at.most(MOST_SEQUENTIAL);
      expect(traces.doublelock.signIn.accountsReads, 'of the accounts store').to.be.at.most(MOST_READS);
      expect(compared.signIn.doublelock.flows).to.be.at.least(ROUND.flows);
      expect(compared.signIn.bare.flows).to.be.at.least(ROUND.flows);
      expect(compared.again?.doublelock.flows).to.be.at.least(ROUND.flows);
      expect(compared.mailed.doublelock.flows).to.be.at.least(ROUND.flows);
      expect(compared.mailed.bare.flows).to.be.at.least(ROUND.flows);
      const { flows, storeActs } = compared.signIn.doublelock;
      expect(storeActs / flows, 'counted from outside').to.equal(traces.doublelock.signIn.acts.length);
      expect(rowsOf(comparisonTable([compared], traces))).to.have.lengthOf.above(10);
      expect(rowsOf(stepTable(compared)).slice(2).map(firstCell)).to.deep.equal([...STEPS]);
    });

    it('starts the program itself where passwords are hashed', async () => {
      const round = { ...ROUND, flows: 1 };
      const setting = { place, people, readers, core: null, rounds: 1, round, warmUp };
      const { memory, signIn } = await compare('argon2id', setting);
      expect(signIn.doublelock.flows).to.be.at.least(1);
      expect(memory.doublelock.idleMiB).to.be.above(0);
      expect(memory.doublelock.readyMs).to.be.above(0);
    });

    it('measures growing stores', async () => {
      const grown = await grow(PEOPLE, null, null, { ...ROUND, flows: 1 }, warmUp);
      expect(grown).to.include({ size: PEOPLE });
      expect(rowsOf(growthTable([grown]))).to.have.lengthOf(3);
    });
  });

  it('finds that memory, handles and keys stay as they are over many sign-ins [R37]', async () => {
    const accounts = SOAKED;
    const soaked = await soak({
      ...ROUND,
      signIns: SOAKED,
      accounts,
      servers: null,
      core: null,
      progress: () => {},
    });
    expect(growthIn(soaked, MOST_GROWTH)).to.deep.equal([]);
    expect(soaked.last.signIns).to.be.at.least(SOAKED);
    expect(soaked.keys.full).to.be.above(SOAKED);
  }).timeout(PATIENCE_MS);

  it('finds growth of memory, handles, files and keys [R37]', () => {
    const level = { signIns: 100, residentMiB: 100, heapMiB: 40, handles: 10, descriptors: 40 };
    const keys = { before: 2, full: 9, expired: 2 };
    const last = { ...level, signIns: 1000 };
    const grown = (now: Partial<typeof level>, after = keys) =>
      growthIn({ first: level, last: { ...last, ...now }, keys: after }).length;
    expect(grown({ residentMiB: 120, heapMiB: 48 })).to.equal(0);
    expect(grown({ residentMiB: 121 })).to.equal(1);
    expect(grown({ heapMiB: 49, handles: 11 })).to.equal(2);
    expect(grown({ descriptors: 41 }, { ...keys, expired: 3 })).to.equal(2);
  });

  it('counts simultaneous store calls once', () => {
    const act = (begin: number, end: number) => ({ begin, end });
    expect(roundTrips([])).to.equal(0);
    expect(roundTrips([act(1, 2), act(3, 4)])).to.equal(2);
    expect(roundTrips([act(1, 4), act(2, 3)])).to.equal(1);
    expect(roundTrips([act(1, 9), act(2, 3), act(4, 5), act(10, 11)])).to.equal(3);
  });

  it('asks nobody for a second code in the same time step', () => {
    let now = 30_000;
    const people = createPeople(2, () => now);
    const [first, second] = [people.next(), people.next()];
    expect(first?.email).not.to.equal(second?.email);
    expect(people.next()).to.equal(null);
    expect(people.wait).to.equal(30_000);
    now += 30_000;
    expect(people.fresh).to.equal(2);
    expect(people.next()?.email).to.equal(first?.email);
    // Somebody who began in one step and gives the code of the next has none left in that.
    second?.code();
    expect(people.next()).to.equal(null);
  });

  it('sends nobody more codes than the product would', async () => {
    let now = 0;
    const mailbox = { codeFor: async (email: string) => `the code of ${email}`, close: async () => {} };
    const readers = createReaders(2, mailbox, () => now);
    const asked = Array.from({ length: 8 }, () => readers.next()?.email);
    expect(new Set(asked).size).to.equal(2);
    expect(readers.next()).to.equal(null);
    now += 10 * 60_000;
    const reader = readers.next();
    expect(await reader?.code()).to.equal(`the code of ${asked[0]}`);
  });

  it('takes percentiles by the nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, n) => 100 - n);
    expect([0.5, 0.95, 0.99, 1].map((share) => percentile(hundred, share))).to.deep.equal([50, 95, 99, 100]);
    expect(percentile([], 0.5)).to.satisfy(Number.isNaN);
  });

  it('reports the machine, the setting and the load', () => {
    const text = circumstances({
      command: 'npm run bench',
      stores: 'embedded',
      isPinned: true,
      cores: 2,
      loads: [0.25, 2],
      concurrency: 8,
    });
    expect(text).to.match(/^`npm run bench` on 2 cores of .+, Node v24\./);
    expect(text).to.include('load average 0.3 before, 2.0 after');
  });
});

function rowsOf(markdown: string): string[] {
  return markdown.split('\n');
}

function firstCell(row: string): string {
  return row.split('|')[1]?.trim() ?? '';
}
