/** The operator's actions for a person who lost the phone, on the embedded stores. */
import { expect } from 'chai';
import { type EmbeddedStores, openEmbedded } from '../../../src/adapters/embedded/open.ts';
import { systemRandom } from '../../../src/adapters/system/random.ts';
import { secondFactorSubject } from '../../../src/domain/sign-in/attempts.ts';
import { createFactors } from '../../../src/use-cases/administration/factors.ts';
import { createOperation } from '../../../src/use-cases/administration/operation.ts';
import { createEventLog } from '../../../src/use-cases/events/event-log.ts';
import { anAccount, anEnrolment, MINUTE, NOW } from '../../contracts/examples.ts';
import { freshDataDir } from '../../support/stores/embedded.ts';
import { createSettableClock } from '../../support/time/clock.ts';

describe('the operator', () => {
  const dataDir = freshDataDir();
  let stores: EmbeddedStores;
  let operation: ReturnType<typeof createOperation>;

  beforeEach(async () => {
    stores = openEmbedded({ dataDir: dataDir() });
    const clock = createSettableClock(NOW);
    const events = createEventLog({ ...stores, subscribers: [], clock, random: systemRandom, log: () => {} });
    operation = createOperation({
      ...stores,
      factors: createFactors({ ...stores, endSessions: null, events, actor: 'operator' }),
    });
    await stores.accounts.insert(anAccount());
    await stores.accounts.insert(
      anAccount({ id: 'account-2', email: 'anna@kantoor.test', tenantId: 'kantoor' }),
    );
    await stores.enrolments.insert(anEnrolment({ label: 'old phone' }));
    await stores.enrolments.insert(anEnrolment({ id: 'enrolment-2', createdAt: NOW + MINUTE }));
    await stores.enrolments.insert(
      anEnrolment({ id: 'enrolment-3', accountId: 'account-2', tenantId: 'kantoor' }),
    );
  });
  afterEach(() => stores.close());

  it('sees the factors of an account without their secrets, however the e-mail address is typed [A109]', async () => {
    const factors = await operation.listFactors(' BOB@acme.test ');
    expect(factors?.map(({ id, label }) => [id, label])).to.deep.equal([
      ['enrolment-1', 'old phone'],
      ['enrolment-2', ''],
    ]);
    expect(JSON.stringify(factors)).not.to.include('sealed');
    expect(await operation.listFactors('nobody@acme.test')).to.equal(null);
  });

  it('removes one factor, and the other stays', async () => {
    const removed = await operation.removeFactors('bob@acme.test', { id: 'enrolment-1' });
    expect(removed?.map(({ id }) => id)).to.deep.equal(['enrolment-1']);
    expect((await operation.listFactors('bob@acme.test'))?.map(({ id }) => id)).to.deep.equal([
      'enrolment-2',
    ]);
  });

  it('removes every factor of the account, and none of another', async () => {
    expect(await operation.removeFactors('bob@acme.test', 'all')).to.have.lengthOf(2);
    expect(await operation.listFactors('bob@acme.test')).to.deep.equal([]);
    expect(await operation.listFactors('anna@kantoor.test')).to.have.lengthOf(1);
    expect(await operation.removeFactors('bob@acme.test', { id: 'enrolment-3' })).to.deep.equal([]);
    expect(await operation.listFactors('anna@kantoor.test')).to.have.lengthOf(1);
  });

  it('clears the lock and the failures of the account with the factor', async () => {
    const [own, other] = [secondFactorSubject('account-1'), secondFactorSubject('account-2')];
    for (const subject of [own, other]) {
      await stores.lockouts.addFailure(subject, 'totp', NOW);
      await stores.lockouts.lock(subject, NOW + MINUTE, 1, null);
    }
    const locked = await stores.lockouts.read(other);
    await operation.removeFactors('bob@acme.test', { id: 'enrolment-of-nobody' });
    expect(await stores.lockouts.read(own)).to.deep.equal(locked);
    await operation.removeFactors('bob@acme.test', { id: 'enrolment-1' });
    expect(await stores.lockouts.read(own)).to.deep.equal({ lockedUntil: 0, level: 0, failures: {} });
    expect(await stores.lockouts.read(other)).to.deep.equal(locked);
  });

  it('leaves an audit event of each removal, found by tenant and by account', async () => {
    await operation.removeFactors('bob@acme.test', 'all');
    await operation.removeFactors('anna@kantoor.test', 'all');
    const events = await operation.listAudit({ tenantId: 'acme', limit: 10 });
    expect(events).to.have.lengthOf(2);
    expect(events?.[0]).to.deep.include({
      atMs: NOW,
      event: 'enrolment.removed',
      accountId: 'account-1',
      tenantId: 'acme',
      method: 'totp',
      email: 'bob@acme.test',
    });
    const about = async (email: string) => (await operation.listAudit({ email, limit: 10 }))?.length;
    expect(await about('ANNA@kantoor.test')).to.equal(1);
    expect(await operation.listAudit({ limit: 2 })).to.have.lengthOf(2);
    expect(await operation.listAudit({ email: 'nobody@acme.test', limit: 10 })).to.equal(null);
  });

  it('reads of events about no account, or about one that is gone', async () => {
    const event = { id: 'a', atMs: NOW, event: 'config.reloaded', accountId: null, tenantId: null } as const;
    const blank = { clientId: null, method: null, reason: null, ip: null, actor: null, reference: null };
    await stores.audit.append({ ...event, ...blank });
    await stores.audit.append({ ...event, ...blank, id: 'b', accountId: 'account-9' });
    const lines = await operation.listAudit({ limit: 10 });
    expect(lines?.map(({ accountId, email }) => [accountId, email])).to.have.deep.members([
      [null, null],
      ['account-9', null],
    ]);
  });

  it('removes a factor once, however many do so at the same time', async () => {
    const both = await Promise.all([
      operation.removeFactors('bob@acme.test', 'all'),
      operation.removeFactors('bob@acme.test', 'all'),
    ]);
    expect(both.flatMap((removed) => removed ?? [])).to.have.lengthOf(2);
    expect(await operation.listAudit({ limit: 10 })).to.have.lengthOf(2);
  });
});
