/** One SQLite file: made private, migrated step by step, refused when it is not ours to read. */
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import {
  openEmbedded,
  openEmbeddedAccounts,
  openEmbeddedShortLived,
} from '../../../../src/adapters/embedded/open.ts';
import { openDatabase } from '../../../../src/adapters/embedded/sqlite/database.ts';
import { ACCOUNTS_MIGRATIONS } from '../../../../src/adapters/embedded/sqlite/schema.ts';
import { StoreUnavailable } from '../../../../src/ports/faults.ts';
import { anAccount, NOW } from '../../../contracts/examples.ts';
import { freshDataDir } from '../../../support/stores/embedded.ts';

const FIRST = `CREATE TABLE things (name TEXT NOT NULL) STRICT; INSERT INTO things VALUES ('kept')`;
const SECOND = `ALTER TABLE things ADD COLUMN size INTEGER NOT NULL DEFAULT 7`;

/** Gives the error of a rejected promise; fails the test when the promise resolves. */
async function rejection(act: Promise<unknown>): Promise<unknown> {
  return act.then(
    () => expect.fail('was not refused'),
    (error: unknown) => error,
  );
}

describe('embedded database', () => {
  const dataDir = freshDataDir();
  const path = () => join(dataDir(), 'things.sqlite');
  const open = (...migrations: string[]) => openDatabase({ path: path(), durability: 'normal', migrations });
  const modeOf = (file: string) => statSync(file).mode & 0o777;
  const pragma = (name: string) => {
    const db = new DatabaseSync(path());
    const value = db.prepare(`PRAGMA ${name}`).get()?.[name];
    db.close();
    return value;
  };

  it('creates its directory and its files for their owner only', async () => {
    const deep = join(dataDir(), 'a', 'b');
    const stores = openEmbedded({ dataDir: deep });
    await stores.accounts.insert(anAccount());
    expect(modeOf(deep)).to.equal(0o700);
    for (const name of [
      'accounts.sqlite',
      'accounts.sqlite-wal',
      'accounts.sqlite-shm',
      'short-lived.sqlite',
    ]) {
      expect(modeOf(join(deep, name)), name).to.equal(0o600);
    }
    stores.close();
  });

  it('restricts a file that others could read, and does not change a shared directory', () => {
    mkdirSync(join(dataDir(), 'shared'));
    chmodSync(join(dataDir(), 'shared'), 0o755);
    const file = join(dataDir(), 'shared', 'accounts.sqlite');
    writeFileSync(file, '', { mode: 0o644 });
    openEmbeddedAccounts({ dataDir: join(dataDir(), 'shared') }).close();
    expect(modeOf(file)).to.equal(0o600);
    expect(modeOf(join(dataDir(), 'shared'))).to.equal(0o755);
  });

  it('migrates an empty file through every step', () => {
    open(FIRST, SECOND).close();
    expect(pragma('user_version')).to.equal(2);
    expect(pragma('journal_mode')).to.equal('wal');
  });

  it('migrates an older file and keeps what is in it [R26]', () => {
    open(FIRST).close();
    const database = open(FIRST, SECOND);
    const rows = database.statement<{ name: string; size: number }>('SELECT name, size FROM things').all();
    expect(rows.map(({ name, size }) => [name, size])).to.deep.equal([['kept', 7]]);
    database.close();
    expect(pragma('user_version')).to.equal(2);
  });

  it('migrates completely or not at all', () => {
    open(FIRST).close();
    expect(() => open(FIRST, SECOND, 'CREATE TABLE things (twice TEXT)')).to.throw('already exists');
    expect(pragma('user_version')).to.equal(1);
    const database = open(FIRST);
    expect(() => database.statement('SELECT size FROM things')).to.throw('no such column');
    database.close();
  });

  it('refuses a file of a newer schema with a clear error, and does not change it [R26]', () => {
    open(FIRST, SECOND).close();
    const before = readFileSync(path());
    expect(() => open(FIRST)).to.throw(
      Error,
      /^things\.sqlite has schema version 2, and this release knows versions up to 1: start the newer release/,
    );
    expect(readFileSync(path()).equals(before)).to.equal(true);
  });

  it('migrates the first accounts schema through all later steps', async () => {
    const first = ACCOUNTS_MIGRATIONS.slice(0, 1);
    openDatabase({ path: join(dataDir(), 'accounts.sqlite'), durability: 'full', migrations: first }).close();
    const stores = openEmbeddedAccounts({ dataDir: dataDir() });
    expect(await stores.accounts.insert(anAccount())).to.equal(true);
    stores.close();
  });

  it('refuses a file that is no database, without a change to it [R33]', () => {
    writeFileSync(join(dataDir(), 'accounts.sqlite'), 'this is a letter, not a database\n'.repeat(99));
    expect(() => openEmbedded({ dataDir: dataDir() })).to.throw(StoreUnavailable, /^accounts\.sqlite: /);
    expect(readFileSync(join(dataDir(), 'accounts.sqlite'), 'utf8')).to.match(/^this is a letter/);
  });

  it('is unavailable where no file can be created', () => {
    writeFileSync(join(dataDir(), 'file'), '');
    const dir = join(dataDir(), 'file', 'data');
    expect(() => openEmbedded({ dataDir: dir })).to.throw(
      StoreUnavailable,
      'accounts.sqlite: cannot be made',
    );
  });

  it('opens neither file when one of them cannot be opened', () => {
    writeFileSync(join(dataDir(), 'short-lived.sqlite'), 'garbage '.repeat(999));
    expect(() => openEmbedded({ dataDir: dataDir() })).to.throw(StoreUnavailable, /^short-lived\.sqlite: /);
    // A log is removed by the last connection that closes the file: none was left open.
    expect(() => statSync(join(dataDir(), 'accounts.sqlite-wal'))).to.throw('ENOENT');
  });

  it('opens one file without the other', async () => {
    const durable = openEmbeddedAccounts({ dataDir: join(dataDir(), 'durable') });
    const shortLived = openEmbeddedShortLived({ dataDir: join(dataDir(), 'short') });
    await durable.ping();
    await shortLived.ping();
    expect(() => statSync(join(dataDir(), 'durable', 'short-lived.sqlite'))).to.throw('ENOENT');
    expect(() => statSync(join(dataDir(), 'short', 'accounts.sqlite'))).to.throw('ENOENT');
    durable.close();
    shortLived.close();
  });

  it('is unavailable once it is closed, and may be closed twice', async () => {
    const stores = openEmbedded({ dataDir: dataDir() });
    await stores.ping();
    stores.close();
    stores.close();
    expect(await rejection(stores.ping())).to.be.instanceOf(StoreUnavailable);
    expect(await rejection(stores.accounts.findById('account-1'))).to.be.instanceOf(StoreUnavailable);
    expect(await rejection(stores.attempts.forget('a', [], 'b'))).to.be.instanceOf(StoreUnavailable);
  });

  it('passes a programming error on unchanged', async () => {
    const database = open(FIRST);
    const broken = database.statement('INSERT INTO things (name) VALUES (NULL)');
    const error = await rejection(database.act(() => broken.run()));
    expect(error).to.be.instanceOf(Error).and.not.instanceOf(StoreUnavailable);
    database.close();
  });

  it('rolls back a transaction that fails half-way', async () => {
    const database = open(FIRST);
    const insert = database.statement('INSERT INTO things (name) VALUES (:name)');
    const error = await rejection(
      database.write(() => {
        insert.run({ name: 'half' });
        throw new RangeError('half-way');
      }),
    );
    expect(error).to.be.instanceOf(RangeError);
    expect(database.statement<{ name: string }>('SELECT name FROM things').all()).to.have.length(1);
    await database.ping();
    database.close();
  });

  it('is unavailable for a damaged page of the file, and serves the others [R33]', async () => {
    const stores = openEmbeddedAccounts({ dataDir: dataDir() });
    for (let n = 0; n < 50; n += 1) await stores.onceKeys.claim(`key-${n}`, NOW);
    stores.close();
    const file = join(dataDir(), 'accounts.sqlite');
    const db = new DatabaseSync(file);
    const root = Number(
      db.prepare(`SELECT rootpage FROM sqlite_schema WHERE name = 'claims'`).get()?.rootpage,
    );
    const size = Number(db.prepare('PRAGMA page_size').get()?.page_size);
    db.close();
    writeFileSync(file, readFileSync(file).fill(0xff, (root - 1) * size, root * size));
    const damaged = openEmbeddedAccounts({ dataDir: dataDir() });
    expect(await rejection(damaged.onceKeys.peek('key-1'))).to.be.instanceOf(StoreUnavailable);
    expect(await rejection(damaged.onceKeys.claim('key-1', NOW))).to.be.instanceOf(StoreUnavailable);
    expect(await damaged.accounts.insert(anAccount())).to.equal(true);
    damaged.close();
  });
});
