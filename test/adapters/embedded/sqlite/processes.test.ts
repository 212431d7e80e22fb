/** Two and more processes on the same files: one winner, a lock that passes, and a death that loses nothing. */
import { join } from 'node:path';
import { expect } from 'chai';
import { openEmbedded, openEmbeddedAccounts } from '../../../../src/adapters/embedded/open.ts';
import { StoreUnavailable } from '../../../../src/ports/faults.ts';
import { aMail, anAccount, anAuditEvent, anEnrolment, NOW } from '../../../contracts/examples.ts';
import { together } from '../../../contracts/make-store.ts';
import { otherProcesses } from '../../../support/process/processes.ts';
import { freshDataDir } from '../../../support/stores/embedded.ts';
import type { RaceResult } from '../../../support/stores/embedded-process.ts';
import { longestStall } from '../../../support/time/event-loop.ts';
import { startStopwatch } from '../../../support/time/own-time.ts';

describe('embedded stores and other processes', () => {
  const dataDir = freshDataDir();
  const start = otherProcesses('embedded-process.ts');

  it('let one of four processes win each once-only act [A32 A41 A44 R25]', async () => {
    const setUp = openEmbedded({ dataDir: dataDir() });
    for (let id = 0; id < 20; id += 1) {
      await setUp.providerDurable.upsert('RefreshToken', String(id), {}, null);
      await setUp.providerShortLived.upsert('Interaction', String(id), {}, null);
      await setUp.providerShortLived.upsert('Session', String(id), {}, null);
      await setUp.mailOutbox.insert(aMail({ id: String(id) }), NOW, null);
    }
    setUp.close();

    const racers = Array.from({ length: 4 }, () => start('race', dataDir()));
    for (const racer of racers) expect(await racer.next()).to.equal('ready');
    for (const racer of racers) racer.tell('go');
    const results = (await Promise.all(racers.map((racer) => racer.next()))) as RaceResult[];

    const total = (count: (result: RaceResult) => number) =>
      results.reduce((sum, one) => sum + count(one), 0);
    expect(total((one) => one.claims)).to.equal(20);
    expect(total((one) => one.consumed)).to.equal(20);
    expect(total((one) => one.destroyed)).to.equal(20);
    expect(total((one) => one.replaced)).to.equal(20);
    expect(total((one) => one.accounts)).to.equal(20);
    expect(total((one) => one.attempts)).to.equal(10);
    expect(total((one) => one.mails)).to.equal(20);
    for (const { told } of results) expect(told).to.deep.equal(results[0]?.told);
  });

  it('let four processes create and migrate the same files at once', async () => {
    const others = Array.from({ length: 4 }, () => start('race', dataDir()));
    const words = await Promise.all(others.map((other) => other.next()));
    expect(words).to.deep.equal(['ready', 'ready', 'ready', 'ready']);
  });

  it('keep every acknowledged write after SIGKILL [R24]', async () => {
    const writer = start('write', dataDir());
    expect(await writer.next()).to.equal('acknowledged');
    await writer.kill();

    const stores = openEmbedded({ dataDir: dataDir() });
    expect(await stores.accounts.findById('account-1')).to.deep.equal(anAccount());
    expect(await stores.enrolments.listByAccount('account-1')).to.deep.equal([anEnrolment()]);
    expect(await stores.onceKeys.claim('totp|enrolment-1|58333333', NOW)).to.equal(false);
    expect((await stores.lockouts.read('account-1')).level).to.equal(1);
    expect(await stores.providerDurable.find('RefreshToken', 'token-1', NOW)).to.deep.equal({
      grantId: 'grant-1',
    });
    expect(await stores.audit.list({ limit: 9 })).to.deep.equal([anAuditEvent()]);
    const [mail] = await stores.mailOutbox.take(9, NOW + 20_000, NOW + 40_000);
    expect(mail).to.deep.equal({ ...aMail(), lease: 2, putOffs: 0, lostLeases: 1 });
    stores.close();
  });

  it('wait for a lock without blocking the process, give up in time, and continue afterwards [R30]', async () => {
    const stores = openEmbeddedAccounts({ dataDir: dataDir() });
    await stores.accounts.insert(anAccount());
    const other = start('hold-lock', join(dataDir(), 'accounts.sqlite'));
    expect(await other.next()).to.equal('locked');

    const stopwatch = startStopwatch();
    let outcomes: unknown[] = [];
    const stall = await longestStall(async () => {
      const calls: Promise<unknown>[] = Array.from({ length: 50 }, (_, index) =>
        stores.onceKeys.claim(`key-${index}`, NOW),
      );
      calls.push(stores.lockouts.clear('account-1', 'totp'), stores.ping());
      outcomes = await Promise.all(calls.map((call) => call.catch((error: unknown) => error)));
    });
    const waited = stopwatch.read();
    expect(outcomes).to.have.length(52);
    for (const outcome of outcomes) expect(outcome).to.be.instanceOf(StoreUnavailable);
    expect(stall).to.be.below(250);
    expect(waited).to.be.below(3000);
    expect(await stores.accounts.findById('account-1'), 'reading needs no lock').to.deep.equal(anAccount());

    other.tell('release');
    expect(await other.next()).to.equal('released');
    expect(await stores.onceKeys.claim('key-0', NOW), 'nothing was written by those that gave up').to.equal(
      true,
    );
    await stores.ping();
    stores.close();
  });

  it('continue as soon as the lock is released [R30]', async () => {
    const stores = openEmbeddedAccounts({ dataDir: dataDir() });
    const other = start('hold-lock', join(dataDir(), 'accounts.sqlite'));
    expect(await other.next()).to.equal('locked');
    const waiting = together(50, () => stores.onceKeys.claim('key', NOW));
    other.tell('release');
    expect((await waiting).filter(Boolean)).to.have.length(1);
    stores.close();
  });
});
