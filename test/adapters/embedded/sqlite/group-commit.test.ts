/** Writes of one moment share a commit: each is told of its own end, and of none before it is on the disk. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { openDatabase } from '../../../../src/adapters/embedded/sqlite/database.ts';
import { createGroupCommit } from '../../../../src/adapters/embedded/sqlite/group-commit.ts';
import { StoreUnavailable } from '../../../../src/ports/faults.ts';
import { freshDataDir } from '../../../support/stores/embedded.ts';
import { turns } from '../../../support/time/event-loop.ts';

const THINGS = 'CREATE TABLE things (name TEXT NOT NULL PRIMARY KEY) STRICT';
const INSERT = 'INSERT INTO things VALUES (:name)';
const DATABASE = new URL('../../../../src/adapters/embedded/sqlite/database.ts', import.meta.url).href;

describe('embedded group commit', () => {
  const dataDir = freshDataDir();
  const path = () => join(dataDir(), 'things.sqlite');

  function open() {
    const database = openDatabase({ path: path(), durability: 'full', migrations: [THINGS] });
    const insert = database.statement(INSERT);
    const put = (name: string) => database.write(() => insert.run({ name }));
    return { ...database, insert, put };
  }

  function stored(): unknown[] {
    const other = new DatabaseSync(path());
    const names = other.prepare('SELECT name FROM things ORDER BY name').all();
    other.close();
    return names.map(({ name }) => name);
  }

  it('commits a write before its caller gets the result', async () => {
    const database = open();
    const seen: unknown[] = [];
    const tell = async (name: string) => {
      await database.put(name);
      seen.push(stored());
    };
    await Promise.all([tell('a'), tell('b'), tell('c')]);
    expect(seen).to.deep.equal(Array.from({ length: 3 }, () => ['a', 'b', 'c']));
    database.close();
  });

  it('confirms a write once it is on the disk, and rejects it when the disk refuses', async () => {
    const disk = Promise.withResolvers<void>();
    const done: string[] = [];
    const { write } = createGroupCommit({
      act: async (work) => work(),
      atomically: (work) => work(),
      settle: () => disk.promise,
      turns: 4,
    });
    const writes = ['a', 'b'].map((name) => write(() => done.push(name)));
    const told = Promise.allSettled(writes);
    let isTold = false;
    void told.then(() => {
      isTold = true;
    });
    await turns(50);
    expect(done).to.deep.equal(['a', 'b']);
    expect(isTold).to.equal(false);
    disk.reject(new StoreUnavailable('the disk has not taken it'));
    for (const result of await told)
      expect(result).to.have.property('reason').that.is.instanceOf(StoreUnavailable);
    // Not done a second time, which may be a time too many.
    expect(done).to.deep.equal(['a', 'b']);
  });

  it('waits only a few turns of the event loop for other writes', async () => {
    const database = open();
    const writes = [database.put('a')];
    await turns(1);
    writes.push(database.put('b'));
    await writes[0];
    expect(stored()).to.deep.equal(['a', 'b']);
    await Promise.all(writes);
    database.close();
  });

  it('rejects only the write that fails, and rolls it back', async () => {
    const database = open();
    const half = database.write(() => {
      database.insert.run({ name: 'half' });
      throw new RangeError('no further');
    });
    const twice = database.put('a');
    const results = await Promise.allSettled([twice, half, database.put('a'), database.put('b')]);
    expect(results.map(({ status }) => status)).to.deep.equal([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(results[1]).to.have.property('reason').that.is.instanceOf(RangeError);
    expect(stored()).to.deep.equal(['a', 'b']);
    database.close();
  });

  it('waits for a locked file, and then performs the waiting writes [R30]', async () => {
    const database = open();
    const other = new DatabaseSync(path());
    other.exec('BEGIN IMMEDIATE');
    const writes = Promise.all([database.put('a'), database.put('b')]);
    // Longer than writes wait for each other.
    await turns(50);
    expect(stored()).to.deep.equal([]);
    other.exec('COMMIT');
    await writes;
    expect(stored()).to.deep.equal(['a', 'b']);
    other.close();
    database.close();
  });

  it('refuses all writes when the file stays locked, and stores none [R30]', async () => {
    const database = open();
    const other = new DatabaseSync(path());
    other.exec('BEGIN IMMEDIATE');
    const results = await Promise.allSettled([database.put('a'), database.put('b')]);
    other.exec('ROLLBACK');
    for (const result of results)
      expect(result).to.have.property('reason').that.is.instanceOf(StoreUnavailable);
    expect(stored()).to.deep.equal([]);
    other.close();
    database.close();
  });

  it('keeps every confirmed write when the process is killed right after [R24]', () => {
    open().close();
    const program = `
      import { openDatabase } from ${JSON.stringify(DATABASE)};
      const database = openDatabase(${JSON.stringify({ path: path(), durability: 'full', migrations: [THINGS] })});
      const insert = database.statement(${JSON.stringify(INSERT)});
      const put = (name) => database.write(() => insert.run({ name }));
      await Promise.race([put('a'), put('b')]);
      process.kill(process.pid, 'SIGKILL');
    `;
    const { signal } = spawnSync(process.execPath, ['--input-type=module', '--eval', program]);
    expect(signal).to.equal('SIGKILL');
    expect(stored()).to.deep.equal(['a', 'b']);
  });

  it('commits waiting writes when it is closed', async () => {
    const database = open();
    const write = database.put('a');
    database.close();
    await write;
    expect(stored()).to.deep.equal(['a']);
  });
});
