/** `doublelock drill` at the machine: what it proves, what it tells, and that it changes nothing. */
import { readdirSync, statSync } from 'node:fs';
import { expect } from 'chai';
import { anAuditEvent, anEnrolment } from '../contracts/examples.ts';
import { storedPeople } from './stored-people.ts';

/** Milliseconds for mocha: each command is a process, and may share the processors with other work. */
const PATIENCE_MS = 120_000;

describe('doublelock drill', function () {
  this.timeout(PATIENCE_MS);
  const { folder, dataDir, open, run, store, state } = storedPeople();
  const left = () => readdirSync(dataDir()).filter((name) => name.startsWith('drill'));

  it('restores a copy of a store in use, and tells its steps, and that nothing is lost [B.11]', async () => {
    await store();
    const server = open();
    const { code, out, err } = await run('drill');
    server.close();
    expect([code, err]).to.deep.equal([0, '']);
    expect(out).to.match(/^STEP +TOOK\nmake a backup +\d+ m?s\n/);
    for (const step of [
      'check the file',
      'open it with the present keys',
      'read every factor',
      'end what was issued',
    ])
      expect(out).to.match(new RegExp(`^${step} +\\d`, 'm'));
    expect(out).to.match(
      /It brings back 1 account and 2 factors as of 20.*Z, .* ago\.\nNothing would be lost\./,
    );
    expect(await state()).to.deep.equal({ hasCodes: true, lastStep: null, isSignedIn: true, events: [] });
    expect(left()).to.deep.equal([]);
  });

  it('tells the age of a backup, and the changes since then [B.11]', async () => {
    await store();
    await run('backup one.sqlite');
    const stores = open();
    await stores.audit.append(anAuditEvent({ atMs: Date.now(), event: 'enrolment.created', reason: null }));
    stores.close();
    const before = statSync(folder.path('one.sqlite')).mtimeMs;
    const json = JSON.parse((await run('drill --file one.sqlite --json')).out);
    expect(json).to.deep.include({ ok: true, accounts: 1, factors: 2, unreadable: 0, keys: ['old'] });
    expect(json.age_seconds).to.be.within(0, PATIENCE_MS / 1000);
    expect(json.lost).to.have.length(1);
    expect(json.lost[0]).to.include({ email: 'bob@acme.test', event: 'enrolment.created', method: 'totp' });
    expect(json.took_ms).to.equal(json.steps.reduce((sum: number, { ms }: { ms: number }) => sum + ms, 0));
    expect(statSync(folder.path('one.sqlite')).mtimeMs).to.equal(before);
    expect(left()).to.deep.equal([]);
  });

  it('fails when a factor cannot be read, or the file is no backup [B.11]', async () => {
    await store();
    const stores = open();
    await stores.enrolments.insert(anEnrolment({ id: 'unreadable', secret: 'sealed' }));
    stores.close();
    const unreadable = await run('drill');
    expect(unreadable.code).to.equal(1);
    expect(unreadable.err).to.equal('1 of 3 factors cannot be read with the present keys\n');
    const foreign = await run('drill --file mine.yaml');
    expect([foreign.code, foreign.out]).to.deep.equal([1, '']);
    expect(foreign.err).to.match(
      /^the drill failed at "read its facts": \S+mine\.yaml is no backup of "doublelock backup"\n$/,
    );
    expect(left()).to.deep.equal([]);
  });
});
