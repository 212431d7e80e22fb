/** What is synced reaches the disk once for all who asked while it could still be theirs. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createDiskSync, shared } from '../../../src/adapters/embedded/disk-sync.ts';
import { freshDataDir } from '../../support/embedded.ts';

describe('embedded disk sync', () => {
  const dataDir = freshDataDir();

  /** Runs that end when the test says so. */
  function runs() {
    const begun: PromiseWithResolvers<void>[] = [];
    const call = shared(() => {
      const run = Promise.withResolvers<void>();
      begun.push(run);
      return run.promise;
    });
    return { begun, call };
  }

  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('gives who comes while it runs a run of their own, and all of those the same one', async () => {
    const { begun, call } = runs();
    const told: string[] = [];
    const tell = (name: string) => call().then(() => told.push(name));
    const first = tell('first');
    const late = [tell('second'), tell('third')];
    await turn();
    expect(begun).to.have.length(1);
    begun[0]?.resolve();
    await first;
    await turn();
    expect(told).to.deep.equal(['first']);
    expect(begun).to.have.length(2);
    begun[1]?.resolve();
    await Promise.all(late);
    expect(told).to.deep.equal(['first', 'second', 'third']);
    expect(begun).to.have.length(2);
  });

  it('tells of a failure those alone whose run it was', async () => {
    const { begun, call } = runs();
    const results = Promise.allSettled([call(), call()]);
    begun[0]?.reject(new Error('EIO'));
    await turn();
    begun[1]?.resolve();
    expect((await results).map(({ status }) => status)).to.deep.equal(['rejected', 'fulfilled']);
    const after = call();
    begun[2]?.resolve();
    await after;
  });

  it('is idle when no run is under way, and waits for those that are', async () => {
    const { begun, call } = runs();
    await call.idle();
    const results = Promise.allSettled([call(), call()]);
    let isIdle = false;
    const idle = call.idle().then(() => {
      isIdle = true;
    });
    begun[0]?.reject(new Error('EIO'));
    await turn();
    expect(isIdle).to.equal(false);
    begun[1]?.resolve();
    await idle;
    await results;
  });

  it('syncs a file, one that is made later, and one that is closed meanwhile', async () => {
    const path = join(dataDir(), 'log');
    const sync = createDiskSync(path);
    await sync.reach();
    writeFileSync(path, 'all of it');
    await sync.reach();
    const under = sync.reach();
    sync.close();
    await under;
    sync.close();
  });

  it('rejects where the file cannot be opened', async () => {
    const failed = await createDiskSync(dataDir())
      .reach()
      .catch((error: unknown) => error);
    expect(failed).to.have.property('code', 'EISDIR');
  });
});
