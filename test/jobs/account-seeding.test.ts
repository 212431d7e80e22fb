/** The accounts of a configuration, which are made beside the requests and in the order in which they are needed. */
import { expect } from 'chai';
import { createAccountSeeding } from '../../src/jobs/account-seeding.ts';
import type { LogFields } from '../../src/ports/log.ts';
import { Busy } from '../../src/ports/system.ts';
import type { WantedAccount } from '../../src/use-cases/administration/reconciliation.ts';
import { createSeeding } from '../../src/use-cases/administration/seeding.ts';
import { anAccount } from '../contracts/examples.ts';
import { countRows } from '../support/stores/embedded.ts';
import { eventually } from '../support/time/eventually.ts';
import { freshSetting } from '../use-cases/setting.ts';

const wanted = (number: number, changes: Partial<WantedAccount> = {}): WantedAccount => {
  const { id, createdAt, updatedAt, ...account } = anAccount({ email: `p${number}@acme.test`, name: 'P' });
  return { ...account, password: 'a passphrase of this person', factors: [], stated: ['name'], ...changes };
};
const many = (count: number) => Array.from({ length: count }, (_, index) => wanted(index));

describe('the seeding of a server', () => {
  const setting = freshSetting();
  let lines: LogFields[];
  beforeEach(() => {
    lines = [];
  });

  /** Hashes of a hasher that a test lets go on, one at a time. */
  function slowHasher() {
    const waiting: (() => void)[] = [];
    let asked = 0;
    return {
      hasher: {
        hash: async () => {
          asked += 1;
          await new Promise<void>((resolve) => waiting.push(resolve));
          return '$argon2id$slow';
        },
      },
      asked: () => asked,
      next: () => waiting.shift()?.(),
      async finish(made: Promise<unknown>) {
        let isMade = false;
        const ended = made.finally(() => {
          isMade = true;
        });
        while (!isMade) {
          waiting.shift()?.();
          await new Promise((resolve) => setImmediate(resolve));
        }
        return ended;
      },
    };
  }

  function server({ hasher = slowHasher().hasher, first = 0, atOnce = 2 } = {}) {
    const { stores, needs } = setting();
    const log = (line: LogFields) => void lines.push(line);
    const seeding = createAccountSeeding({
      atOnce,
      first,
      beginsAt: () => 0.5,
      log: { info: log, warn: log },
    });
    const { create } = createSeeding({ ...needs, hasher });
    const begin = (accounts: readonly WantedAccount[]) =>
      seeding.begin({ wanted: accounts, administration: stores.administration, create });
    return { ...seeding, begin };
  }

  const stored = async () => (await setting().stores.accounts.pageByTenant('acme', null, 10_000)).length;

  it('waits for the first accounts only, whatever the length of the list', async () => {
    const slow = slowHasher();
    const { begin, stop } = server({ hasher: slow.hasher, first: 3 });
    const begun = begin(many(3000));
    await slow.finish(begun);
    expect(slow.asked()).to.be.within(3, 5);
    expect(await stored()).to.be.within(3, 5);
    await slow.finish(stop());
  });

  it('makes an account that a request needs before its turn, once for all requests', async () => {
    const slow = slowHasher();
    const { begin, ensure, stop } = server({ hasher: slow.hasher });
    await begin(many(1000));
    const before = slow.asked();
    const asked = [ensure('p3@acme.test'), ensure('p3@acme.test'), ensure('nobody@acme.test')];
    await slow.finish(asked[0] ?? Promise.resolve());
    expect(await Promise.all(asked)).to.deep.equal([true, true, false]);
    expect(await setting().stores.accounts.findByEmail('p3@acme.test')).to.include({ name: 'P' });
    expect(slow.asked() - before).to.be.below(10);
    expect(await ensure('p3@acme.test')).to.equal(false);
    await slow.finish(stop());
  });

  it('makes all of them in the end, and tells of its progress', async () => {
    const { begin } = server({ hasher: { hash: async () => '$argon2id$fast' } });
    await begin(many(600));
    await eventually(async () => expect(lines.map(({ event }) => event)).to.include('accounts.seeded'));
    expect(await stored()).to.equal(600);
    const progress = lines.filter(({ event }) => event === 'accounts.seeding').map(({ reason }) => reason);
    expect(progress[0]).to.equal('0 of 600 new accounts of the configuration are made');
    expect(progress.length).to.be.within(2, 3);
  });

  it('creates nobody twice on several instances', async () => {
    const hasher = { hash: async () => '$argon2id$fast' };
    const withApp = Array.from({ length: 60 }, (_, index) =>
      wanted(index, { factors: [{ method: 'email' }] }),
    );
    const instances = Array.from({ length: 3 }, () => server({ hasher, first: 10 }));
    await Promise.all(instances.map(({ begin }) => begin(withApp)));
    await eventually(async () => expect(await stored()).to.equal(60));
    await Promise.all(instances.map(({ stop }) => stop()));
    expect(countRows(setting().dataDir, 'enrolments')).to.equal(60);
  });

  it('stops before the next account, and goes on with the list of a reload', async () => {
    const slow = slowHasher();
    const { begin, stop } = server({ hasher: slow.hasher, atOnce: 1 });
    await begin(many(100));
    await slow.finish(stop());
    const left = await stored();
    expect(left).to.be.below(3);
    await slow.finish(begin([wanted(7), wanted(8)]));
    await eventually(async () => {
      slow.next();
      expect(await stored()).to.be.within(2, left + 2);
      expect(lines.map(({ event }) => event)).to.include('accounts.seeded');
    });
  });

  it('tries again after a failure, and reports the first one', async () => {
    let calls = 0;
    const hasher = {
      hash: async () => {
        calls += 1;
        if (calls === 1) throw new Busy('full');
        return '$argon2id$fast';
      },
    };
    const { begin } = server({ hasher, first: 1 });
    await begin([wanted(1)]);
    await eventually(async () => expect(await stored()).to.equal(1));
    expect(lines.map(({ event }) => event)).not.to.include('accounts.seeding_failed');
  });

  it('rejects when a store fails for one of the first', async () => {
    const hasher = {
      hash: async () => {
        throw new Error('the disk is gone');
      },
    };
    const { begin, stop } = server({ hasher, first: 1 });
    const fault = await begin([wanted(1)]).catch(String);
    expect(fault).to.equal('Error: the disk is gone');
    await stop();
  });

  it('names the stored accounts that differ from the configuration, and changes none', async () => {
    const { begin } = server();
    await setting().stores.accounts.insert(anAccount({ email: 'p1@acme.test', name: 'Bob', groups: ['a'] }));
    await setting().stores.accounts.insert(anAccount({ id: 'b', email: 'p2@acme.test', name: 'P' }));
    await setting().stores.accounts.insert(anAccount({ id: 'c', email: 'p3@acme.test', tenantId: 'other' }));
    const asked = [wanted(1), wanted(2), wanted(3, { stated: [] })];
    expect(await begin(asked)).to.deep.equal(['p1@acme.test', 'p3@acme.test']);
    expect(await setting().stores.accounts.findByEmail('p1@acme.test')).to.include({ name: 'Bob' });
    expect(lines).to.deep.equal([]);
  });
});
