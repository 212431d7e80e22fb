/** Two and more processes on one database: one winner, and a death that loses nothing. */
import { expect } from 'chai';
import { openMongoAccounts } from '../../../src/adapters/mongo/open.ts';
import {
  aMail,
  anAccount,
  anAuditEvent,
  anEnrolment,
  aSignInRecord,
  aTrustedBrowser,
  NOW,
} from '../../contracts/examples.ts';
import { otherProcesses } from '../../support/process/processes.ts';
import { mongoDatabase, mongoStores } from '../../support/stores/mongo.ts';
import type { RaceResult } from '../../support/stores/mongo-process.ts';

const RACERS = 4;
const PRIZES = 10;

describe('MongoDB and other processes', () => {
  const { database, stores } = mongoStores();
  const start = otherProcesses('mongo-process.ts');

  it('let one of four processes win each once-only act [A32 A41 A44 R25]', async () => {
    const { accounts, enrolments, lockouts, providerDurable, mailOutbox } = stores();
    for (let number = 0; number < PRIZES; number += 1) {
      const id = String(number);
      await accounts.insert(anAccount({ id, email: `${id}@globex.test`, passwordHash: 'old' }));
      await enrolments.insert(anEnrolment({ id }));
      await providerDurable.upsert('RefreshToken', id, {}, null);
      await providerDurable.upsert('Grant', id, {}, null);
      await mailOutbox.insert(aMail({ id }), NOW, null);
    }
    await enrolments.insert(anEnrolment({ id: 'stepped', accountId: 'account-2' }));

    const racers = Array.from({ length: RACERS }, () => start('race', database().uri));
    for (const racer of racers) expect(await racer.next()).to.equal('ready');
    for (const racer of racers) racer.tell('go');
    const results = (await Promise.all(racers.map((racer) => racer.next()))) as RaceResult[];

    for (const prize of [
      'claims',
      'consumed',
      'destroyed',
      'accounts',
      'removed',
      'replaced',
      'mails',
    ] as const) {
      const won = results.reduce((sum, one) => sum + one[prize], 0);
      expect(won, prize).to.equal(PRIZES);
    }
    for (const { told } of results) expect(told).to.deep.equal(results[0]?.told);
    const numbers = results.flatMap(({ failures }) => failures).sort((a, b) => a - b);
    expect(numbers).to.deep.equal(Array.from({ length: RACERS * PRIZES }, (_, index) => index + 1));
    expect((await lockouts.read('account-1')).failures).to.deep.equal({ totp: RACERS * PRIZES });
    const steps = await database().admin.collection('enrolments').find({ kind: 'step' }).toArray();
    const highest = Math.max(...steps.map(({ lastStep }) => lastStep));
    expect((await enrolments.listByAccount('account-2'))[0]?.lastStep).to.equal(highest);
    expect(highest % PRIZES).to.equal(PRIZES - 1);
  });
});

describe('MongoDB and the death of a process', () => {
  const database = mongoDatabase();
  const start = otherProcesses('mongo-process.ts');

  it('let four processes create the same indexes at once', async () => {
    const others = Array.from({ length: RACERS }, () => start('race', database().uri));
    const words = await Promise.all(others.map((other) => other.next()));
    expect(words).to.deep.equal(['ready', 'ready', 'ready', 'ready']);
    const indexes = await database().admin.collection('accounts').indexes();
    expect(indexes.filter(({ unique }) => unique)).to.have.length(1);
  });

  it('keep every acknowledged write after SIGKILL [R24]', async () => {
    const writer = start('write', database().uri);
    expect(await writer.next()).to.equal('acknowledged');
    await writer.kill();

    const stores = await openMongoAccounts({ uri: database().uri });
    expect(await stores.accounts.findById('account-1')).to.deep.equal(anAccount());
    expect(await stores.enrolments.listByAccount('account-1')).to.deep.equal([
      anEnrolment({ lastStep: 58_333_333 }),
    ]);
    expect(await stores.onceKeys.claim('totp|enrolment-1|58333333', NOW)).to.equal(false);
    const lockout = { lockedUntil: NOW, level: 1, failures: { totp: 1 } };
    expect(await stores.lockouts.read('account-1')).to.deep.equal(lockout);
    expect(await stores.records.find('session-1', NOW)).to.deep.equal(aSignInRecord());
    expect(await stores.trustedBrowsers.find('browser-1', NOW)).to.deep.equal(aTrustedBrowser());
    expect(await stores.providerDurable.find('RefreshToken', 'token-1', NOW)).to.deep.equal({
      grantId: 'grant-1',
    });
    expect(await stores.audit.list({ limit: 9 })).to.deep.equal([anAuditEvent()]);
    const [mail] = await stores.mailOutbox.take(9, NOW + 20_000, NOW + 40_000);
    expect(mail).to.deep.equal({ ...aMail(), lease: 2, putOffs: 0, lostLeases: 1 });
    await stores.close();
  });
});
