/** The lost changes that `doublelock restore` lists, from each source. */
import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { anAuditEvent } from '../contracts/examples.ts';
import { storedPeople } from './stored-people.ts';

/** Milliseconds for mocha: each command is a process, and may share the processors with other work. */
const PATIENCE_MS = 240_000;

describe('the lost changes of doublelock restore', function () {
  this.timeout(PATIENCE_MS);
  const { folder, open, run, store } = storedPeople();

  async function done(line: string): Promise<string> {
    const { code, out, err } = await run(line);
    expect([code, err], line).to.deep.equal([0, '']);
    return out;
  }

  it('are listed, from the replaced store, an export or a log [B.11]', async () => {
    await store();
    await done('backup one.sqlite');
    const stores = open();
    const at = Date.now();
    const lines = [
      anAuditEvent({ id: 'a', atMs: at, event: 'enrolment.removed', method: 'totp', reason: null }),
      anAuditEvent({ id: 'b', atMs: at + 1, event: 'sign_in.completed', reason: null }),
      anAuditEvent({ id: 'c', atMs: at + 2, event: 'account.reported', method: null, reason: null }),
      anAuditEvent({ id: 'd', atMs: at - 3_600_000, event: 'account.reported', method: null, reason: null }),
    ];
    for (const line of lines) await stores.audit.append(line);
    stores.close();
    writeFileSync(folder.path('audit.json'), await done('audit list --json'));
    const log = [
      'Doublelock is at http://localhost',
      '{"event":"mail.undelivered","time":"2099-01-01T00:00:00.000Z"}',
    ];
    for (const { event, atMs, accountId } of lines)
      log.push(
        JSON.stringify({ level: 'info', event, time: new Date(atMs).toISOString(), account_id: accountId }),
      );
    writeFileSync(folder.path('server.log'), log.join('\n'));

    const told = (out: string) =>
      JSON.parse(out).lost.map((each: Record<string, unknown>) => [each.email, each.event]);
    const expected = [
      ['bob@acme.test', 'enrolment.removed'],
      ['bob@acme.test', 'account.reported'],
    ];
    expect(told(await done('restore one.sqlite --json'))).to.deep.equal(expected);
    // The restored store has nothing of it any more.
    expect(told(await done('restore one.sqlite --json'))).to.deep.equal([]);
    for (const file of ['audit.json', 'server.log'])
      expect(told(await done(`restore one.sqlite --json --since ${file}`)), file).to.deep.equal(expected);
    const words = await done('restore one.sqlite --since audit.json');
    expect(words).to.match(
      /^bob@acme\.test {2}20.*Z {2}enrolment\.removed {2,}totp {4}the factor is back: /m,
    );
    const last = new Date(at + 2).toISOString();
    expect(words.trimEnd().split('\n').at(-1)).to.equal(
      `The export ends at ${last}: a later event is not in the list.`,
    );
    expect(words).not.to.include('The export begins');
  });

  it('are told with the time of a named export, and with its late beginning [B.11]', async () => {
    await store();
    await done('backup one.sqlite');
    const stores = open();
    const at = Date.now();
    for (const [id, offset] of [
      ['a', 0],
      ['b', 1000],
      ['c', 2000],
    ] as const)
      await stores.audit.append(anAuditEvent({ id, atMs: at + offset, event: 'enrolment.removed' }));
    stores.close();
    // The newest alone, as an operator gets them without the option.
    writeFileSync(folder.path('audit.json'), await done('audit list --json --limit 2'));
    const [from, to] = [at + 1000, at + 2000].map((ms) => new Date(ms).toISOString());
    const words = await done('restore one.sqlite --since audit.json');
    expect(words).to.include(
      `The export begins at ${from}, after the backup: an event before that is not in the list. ` +
        'Export more with "doublelock audit list --json --limit 999999".\n',
    );
    const json = JSON.parse(await done('restore one.sqlite --since audit.json --json'));
    expect(json).to.include({ told_from: from, told_to: to });
    writeFileSync(folder.path('audit.json'), '[]');
    expect(await done('restore one.sqlite --since audit.json')).to.include('The export is empty');
  });
});
