/** `doublelock audit seal` and `audit verify` as an operator runs them, before and after a restore. */
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { anAuditEvent } from '../contracts/examples.ts';
import { storedPeople } from './stored-people.ts';

const HOUR = 3_600_000;

describe('doublelock audit seal and verify', function () {
  this.timeout(240_000);
  const people = storedPeople();
  const { folder, run } = people;
  /** Whole seconds: an hour ago. */
  let begun: number;

  async function append(...names: string[]): Promise<void> {
    const stores = people.open();
    try {
      await stores.audit.appendAll(
        names.map((id, index) => anAuditEvent({ id, atMs: begun + index * 1000 })),
      );
    } finally {
      stores.close();
    }
  }
  beforeEach(async () => {
    begun = Math.floor(Date.now() / 1000) * 1000 - HOUR;
    await people.store();
    await append('one', 'two', 'three');
  });

  const done = async (line: string): Promise<string> => {
    const { code, out, err } = await run(line);
    expect([code, err], line).to.deep.equal([0, '']);
    return out;
  };
  const refused = async (line: string): Promise<string> => {
    const { code, err } = await run(line);
    expect(code, line).to.equal(1);
    expect(err.trimEnd().split('\n'), 'one line').to.have.lengthOf(1);
    return err;
  };
  function byHand(sql: string): void {
    const db = new DatabaseSync(`${people.dataDir()}/accounts.sqlite`);
    db.exec(sql);
    db.close();
  }

  it('seal, verify, and name the line that was altered', async () => {
    expect(await done('audit seal')).to.match(
      /^3 lines sealed\. The newest seal is 1 of \S+Z, hash [\w-]{43}\.\n$/,
    );
    expect(await done('audit verify')).to.match(/^1 seal and 3 lines are as they were sealed\.\n/);
    expect(JSON.parse(await done('audit verify --json'))).to.deep.include({
      ok: true,
      fault: null,
      seals: 1,
      lines: 3,
    });

    byHand(`UPDATE audit SET reason = NULL WHERE id = 'two'`);
    const time = new Date(begun + 1000).toISOString();
    expect(await refused('audit verify')).to.include(
      `line two of ${time} was altered after seal 1 listed it`,
    );
    const { out } = await run('audit verify --json');
    expect(JSON.parse(out).fault).to.deep.equal({ kind: 'line_altered', seal: 1, line: { id: 'two', time } });
  });

  it('tell that there is nothing to export yet, and what is no exported seal', async () => {
    byHand('DELETE FROM audit');
    expect(await refused('audit seal --export')).to.include('there is no seal yet');
    expect(await refused('audit verify --against nothing.json')).to.include('cannot be read (ENOENT)');
    folder.write('other.json', '{"number":1}');
    expect(await refused('audit verify --against other.json')).to.include('holds no seal');
  });

  it('find a chain that was made anew by an exported seal alone', async () => {
    folder.write('seal.json', await done('audit seal --export'));
    expect(await done('audit verify --against seal.json')).to.include('Seal 1 is the one that was kept.');
    byHand(`DELETE FROM audit WHERE id = 'two'; DELETE FROM audit_seals; UPDATE audit SET seal = NULL`);
    await done('audit seal');
    await done('audit verify');
    expect(await refused('audit verify --against seal.json')).to.include('seal 1 differs from the kept one');
  });

  it('are carried by a backup, and verify the restored store', async () => {
    folder.write('seal.json', await done('audit seal --export'));
    await done('backup copy.sqlite');
    await append('after the backup');
    await done('audit seal');
    folder.write('later.json', await done('audit seal --export'));
    await done('restore copy.sqlite');
    expect(await done('audit verify --against seal.json')).to.include('1 seal and 3 lines');
    expect(await refused('audit verify --against later.json')).to.include('seal 2 is missing');
  });
});
