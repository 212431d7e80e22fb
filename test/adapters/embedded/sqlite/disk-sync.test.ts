/** One sync of the disk serves every caller that asked before the sync started. */
import { readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createDiskSync, shared } from '../../../../src/adapters/embedded/sqlite/disk-sync.ts';
import { freshDataDir } from '../../../support/stores/embedded.ts';
import { turns } from '../../../support/time/event-loop.ts';

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

  /** Gives the targets of this process's file descriptors. */
  function openFiles(): string[] {
    return readdirSync('/proc/self/fd').flatMap((number) => {
      try {
        return [readlinkSync(`/proc/self/fd/${number}`)];
      } catch {
        // The one that the folder itself was read by.
        return [];
      }
    });
  }

  it('gives callers that come during a sync one further sync together', async () => {
    const { begun, call } = runs();
    const told: string[] = [];
    const tell = (name: string) => call().then(() => told.push(name));
    const first = tell('first');
    const late = [tell('second'), tell('third')];
    await turns(1);
    expect(begun).to.have.length(1);
    begun[0]?.resolve();
    await first;
    await turns(1);
    expect(told).to.deep.equal(['first']);
    expect(begun).to.have.length(2);
    begun[1]?.resolve();
    await Promise.all(late);
    expect(told).to.deep.equal(['first', 'second', 'third']);
    expect(begun).to.have.length(2);
  });

  it('reports a failure only to the callers of that sync', async () => {
    const { begun, call } = runs();
    const results = Promise.allSettled([call(), call()]);
    begun[0]?.reject(new Error('EIO'));
    await turns(1);
    begun[1]?.resolve();
    expect((await results).map(({ status }) => status)).to.deep.equal(['rejected', 'fulfilled']);
    const after = call();
    begun[2]?.resolve();
    await after;
  });

  it('syncs a file that is created later', async () => {
    const path = join(dataDir(), 'log');
    const sync = createDiskSync(path);
    await sync.reach();
    writeFileSync(path, 'all of it');
    await sync.reach();
    sync.close();
  });

  it('closes the file once it is stopped, and still serves waiting and later callers', async () => {
    const path = join(dataDir(), 'log');
    writeFileSync(path, 'all of it');
    const isOpen = () => openFiles().includes(path);
    const sync = createDiskSync(path);
    await sync.reach();
    expect(isOpen()).to.equal(true);
    const waiting = [sync.reach(), sync.reach()];
    sync.close();
    await Promise.all([...waiting, sync.reach()]);
    expect(isOpen()).to.equal(false);
    await sync.reach();
    expect(isOpen()).to.equal(false);
  });

  it('rejects when the file cannot be opened', async () => {
    const failed = await createDiskSync(dataDir())
      .reach()
      .catch((error: unknown) => error);
    expect(failed).to.have.property('code', 'EISDIR');
  });
});
