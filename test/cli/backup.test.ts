/** `doublelock backup` and `doublelock restore` at the machine: what they make, what they refuse, and what an interruption leaves. */
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { STEP_MS } from '../support/totp.ts';
import { configWith, storedPeople } from './stored-people.ts';

/** Milliseconds for mocha: each command is a process, and may share the processors with other work. */
const PATIENCE_MS = 240_000;
/** The environment of a command that is killed at its n-th change of the disk. */
const killedAt = (count: number) => ({
  KILLED_AT: String(count),
  NODE_OPTIONS: `--import=${new URL('../support/process/killed-at.ts', import.meta.url)}`,
});

describe('doublelock backup and restore', function () {
  this.timeout(PATIENCE_MS);
  const { folder, dataDir, open, run, store, state } = storedPeople();
  const inData = (name: string) => folder.path(`data/${name}`);

  async function done(line: string): Promise<string> {
    const { code, out, err } = await run(line);
    expect([code, err], line).to.deep.equal([0, '']);
    return out;
  }

  it('back up a store in use to a private file without its keys, and replace no file [B.11]', async () => {
    await store();
    const server = open();
    const out = await done('backup one.sqlite');
    const json = JSON.parse(await done('backup two.sqlite --json'));
    server.close();
    expect(out).to.match(
      /^one\.sqlite: 1 account as of 20.*\n.*secrets\.encryption of the configuration: old\.\n/,
    );
    expect(json).to.include({
      file: 'two.sqlite',
      accounts: 1,
      keys_in: 'secrets.encryption of the configuration',
    });
    expect(json.keys).to.deep.equal(['old']);
    const path = folder.path('one.sqlite');
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    expect(readFileSync(path, 'latin1')).not.to.include('old---');
    const before = readFileSync(path);
    const again = await run('backup one.sqlite');
    expect([again.code, again.err]).to.deep.equal([1, `${path} is there: a backup replaces no file\n`]);
    expect(readFileSync(path).equals(before)).to.equal(true);
    expect(readdirSync(folder.path('.')).sort()).to.deep.equal([
      'data',
      'mine.yaml',
      'one.sqlite',
      'two.sqlite',
    ]);
  });

  it('back up to a drive without hard links too, and replace no file there [B.11]', async () => {
    await store();
    const noLinks = {
      NODE_OPTIONS: `--import=${new URL('../support/process/no-links.ts', import.meta.url)}`,
    };
    const { code, err } = await run('backup one.sqlite', noLinks);
    expect([code, err]).to.deep.equal([0, '']);
    expect(readdirSync(folder.path('.')).sort()).to.deep.equal(['data', 'mine.yaml', 'one.sqlite']);
    const again = await run('backup one.sqlite', noLinks);
    expect(again.code).to.equal(1);
    expect(again.err).to.match(/a backup replaces no file\n$/);
    await done('restore one.sqlite');
  });

  it('leave nothing of what was issued in a restored store, and keep the replaced one [B.11 R42]', async () => {
    await store();
    await done('backup one.sqlite');
    const before = Date.now();
    const json = JSON.parse(await done('restore one.sqlite --json'));
    expect(json).to.include({ accounts: 1, factors: 2, unreadable: 0 });
    expect(json.keys).to.deep.equal(['old']);
    expect(json.lost).to.deep.equal([]);
    const restored = await state();
    expect(restored).to.deep.include({ hasCodes: false, isSignedIn: false, events: ['store.restored'] });
    expect(restored.lastStep).to.be.at.least(Math.floor(before / STEP_MS) + 1);
    const stores = open();
    const account = await stores.accounts.findById('account-1');
    stores.close();
    expect(account?.endsBefore).to.be.at.least(before);

    const kept = new DatabaseSync(json.replaced, { readOnly: true });
    expect(kept.prepare('SELECT count(*) AS n FROM enrolments WHERE secret IS NOT NULL').get()?.n).to.equal(
      2,
    );
    kept.close();
    expect(statSync(inData('accounts.sqlite')).mode & 0o777).to.equal(0o600);
    expect(existsSync(inData('short-lived.sqlite')), 'made anew by this test alone').to.equal(true);
    expect(readdirSync(dataDir()).filter((name) => name.includes('restoring'))).to.deep.equal([]);
  });

  it('restore on a machine without a store, and over a damaged one [B.11]', async () => {
    await store();
    await done('backup one.sqlite');
    rmSync(dataDir(), { recursive: true });
    expect(await done('restore one.sqlite')).to.include('There was no store before.');
    expect((await state()).events).to.deep.equal(['store.restored']);
    writeFileSync(inData('accounts.sqlite'), 'no database'.repeat(1000));
    expect(await done('restore one.sqlite')).to.match(
      /The replaced store is kept as .*\n(.*\n)*The changes since then are not known/,
    );
    expect((await state()).events).to.deep.equal(['store.restored']);
  });

  const REFUSED: Readonly<Record<string, readonly [line: string, said: RegExp, prepare?: () => unknown]>> = {
    'a file that is absent': ['restore nowhere.sqlite', /nowhere\.sqlite is no file\n$/],
    'a file that is no database': ['restore mine.yaml', /mine\.yaml is no backup of "doublelock backup"\n$/],
    'a plain copy of the database': [
      'restore copy.sqlite',
      /copy\.sqlite is no backup of "doublelock backup"\n$/,
      () => copyFileSync(inData('accounts.sqlite'), folder.path('copy.sqlite')),
    ],
    'a damaged backup': [
      'restore one.sqlite',
      /one\.sqlite is (damaged|no backup)/,
      () => {
        const bytes = readFileSync(folder.path('one.sqlite'));
        bytes.fill(0xff, 3 * 2048, 12 * 2048);
        writeFileSync(folder.path('one.sqlite'), bytes);
      },
    ],
    'a backup of a newer release': [
      'restore one.sqlite',
      /one\.sqlite has schema version 999, and this release knows versions up to \d+: restore it with the newer release\n$/,
      () => change('PRAGMA user_version = 999'),
    ],
    'a backup of a moment to come': [
      'restore one.sqlite',
      /the clock of this machine is before that\n$/,
      () => change(`UPDATE backup SET made_at = ${Date.now() + 3_600_000}`),
    ],
    'a backup under another key': [
      'restore one.sqlite',
      /encryption keys that are not listed: "old"/,
      () => folder.write('mine.yaml', configWith(['new', 'new'])),
    ],
    'a backup under another key of the same id': [
      'restore one.sqlite',
      /the encryption key "old" is not the one/,
      () => folder.write('mine.yaml', configWith(['old', 'new'])),
    ],
    'a backup without the file of its keys': [
      'restore one.sqlite',
      /there are no encryption keys in \S+data: put back secrets\.json/,
      () => folder.write('mine.yaml', 'tenants: [{ id: acme, name: Acme }]'),
    ],
    'an export that is absent': [
      'restore one.sqlite --since gone.json',
      /^gone\.json cannot be read \(ENOENT\)\n$/,
    ],
    'an export without a line': [
      'restore one.sqlite --since mine.yaml',
      /^mine\.yaml holds no line of the audit trail/,
    ],
    'no file at all': ['restore', /^name the file of a backup, or say --after-mongorestore\n$/],
    'the word for MongoDB': [
      'restore --after-mongorestore',
      /^the accounts are in the embedded store: name the file/,
    ],
  };

  function change(sql: string): void {
    const db = new DatabaseSync(folder.path('one.sqlite'));
    db.exec(sql);
    db.close();
  }

  for (const [what, [line, said, prepare]] of Object.entries(REFUSED)) {
    it(`refuse ${what}, and leave the store as it is [B.11 R35]`, async () => {
      await store();
      await done('backup one.sqlite');
      prepare?.();
      const { code, out, err } = await run(line);
      expect([code, out]).to.deep.equal([1, '']);
      expect(err)
        .to.match(said)
        .and.match(/^[^\n]+\n$/);
      expect(await state()).to.deep.equal({ hasCodes: true, lastStep: null, isSignedIn: true, events: [] });
      expect(readdirSync(dataDir()).filter((name) => /restor|replaced/.test(name))).to.deep.equal([]);
    });
  }

  it('refuse to replace a store that another process uses [B.11]', async () => {
    await store();
    await done('backup one.sqlite');
    const server = open();
    const { code, err } = await run('restore one.sqlite');
    server.close();
    expect(code).to.equal(1);
    expect(err).to.match(/accounts\.sqlite is in use: stop every server and command that uses it\n$/);
    expect((await state()).events).to.deep.equal([]);
  });

  it('name the recipe for MongoDB [B.11]', async () => {
    await store();
    for (const line of ['backup one.sqlite', 'restore one.sqlite', 'drill']) {
      const { code, err } = await run(line, { MONGODB_URI: 'mongodb://user:SESAME@db' });
      expect(code).to.equal(1);
      expect(err).to.match(/^[^\n]*mongodump --oplog[^\n]*--after-mongorestore[^\n]*\n$/);
      expect(err).not.to.include('SESAME');
    }
  });

  it('leave the old store, no store or the whole restored one when a restore is killed [B.11]', async () => {
    await store();
    await done('backup one.sqlite');
    let [old, refused, restored] = [0, 0, 0];
    for (let count = 1; ; count += 1) {
      const { code } = await run('restore one.sqlite', killedAt(count));
      if (code === 0) break;
      expect(code, `killed at ${count}`).to.equal(null);
      const found = await state().catch((error: unknown) => String(error));
      if (typeof found === 'string') {
        expect(found).to.match(/a restore of .* was interrupted: run "doublelock restore FILE" again/);
        refused += 1;
      } else if (found.events.length === 0) {
        expect(found).to.deep.include({ hasCodes: true, isSignedIn: true, lastStep: null });
        old += 1;
      } else {
        expect(found).to.deep.include({ hasCodes: false, isSignedIn: false });
        expect(found.lastStep).to.be.greaterThan(0);
        restored += 1;
      }
      if (typeof found === 'string' || found.events.length > 0) {
        // Another one completes it. The next one begins with the old store again.
        if (refused + restored === 1) {
          await done('restore one.sqlite');
          expect((await state()).hasCodes).to.equal(false);
        }
        rmSync(dataDir(), { recursive: true });
        await store();
      }
    }
    expect(
      [old, refused, restored].every((times) => times > 0),
      `${old} ${refused} ${restored}`,
    ).to.equal(true);
  });

  it('leave no part of a backup under its name when it is killed [B.11]', async () => {
    await store();
    for (let count = 1; ; count += 1) {
      const { code } = await run('backup one.sqlite', killedAt(count));
      const isThere = existsSync(folder.path('one.sqlite'));
      if (isThere) await done('restore one.sqlite');
      if (code === 0) break;
      for (const name of readdirSync(folder.path('.')))
        if (name.startsWith('one.sqlite')) rmSync(folder.path(name));
      if (isThere) break;
    }
  });
});
