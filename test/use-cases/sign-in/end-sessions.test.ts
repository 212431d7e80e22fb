import { expect } from 'chai';
import { type EmbeddedStores, openEmbedded } from '../../../src/adapters/embedded/open.ts';
import { hasSignInEnded } from '../../../src/domain/sign-in/ending.ts';
import type { SignInRecord } from '../../../src/domain/sign-in/sign-in-record.ts';
import type { LogoutNotice } from '../../../src/ports/logout.ts';
import { createEndSessions } from '../../../src/use-cases/sign-in/end-sessions.ts';
import { createRestatement } from '../../../src/use-cases/sign-in/sign-in-records.ts';
import { anAccount, anEnrolment, aSessionClient, aSignInRecord, NOW } from '../../contracts/examples.ts';
import { freshDataDir } from '../../support/stores/embedded.ts';
import { createSettableClock } from '../../support/time/clock.ts';

const PASSWORD = { method: 'pwd', enrolmentId: null, atMs: NOW } as const;
const used = (enrolmentId: string, method: 'totp' | 'recovery' = 'totp') =>
  [PASSWORD, { method, enrolmentId, atMs: NOW }] as const;

describe('ending sessions', () => {
  const dataDir = freshDataDir();
  let stores: EmbeddedStores;
  let notices: string[];
  let endedAtProvider: string[];
  let logged: string[];

  beforeEach(async () => {
    stores = openEmbedded({ dataDir: dataDir() });
    [notices, endedAtProvider, logged] = [[], [], []];
    await stores.enrolments.insert(anEnrolment({ id: 'phone' }));
    await sessionOf('first', used('phone'));
    await sessionOf('second', used('lost'));
    await sessionOf('third', [PASSWORD]);
    await sessionOf('foreign', used('lost'), 'account-2');
  });
  afterEach(() => stores.close());

  async function sessionOf(
    sessionUid: string,
    authentications: SignInRecord['authentications'],
    accountId = 'account-1',
  ): Promise<void> {
    await stores.records.save(aSignInRecord({ sessionUid, accountId, authentications }));
    for (const clientId of ['shop', 'wiki']) {
      const noticeId = `${sessionUid}-${clientId}`;
      await stores.sessionClients.insert(
        aSessionClient({ sessionUid, accountId, clientId, sid: noticeId, noticeId }),
      );
    }
  }

  function ending(changes: Partial<Parameters<typeof createEndSessions>[0]> = {}) {
    return createEndSessions({
      ...stores,
      outbox: { add: async ({ noticeId }: LogoutNotice) => void notices.push(noticeId) },
      endProviderSession: async (uid) => void endedAtProvider.push(uid),
      clock: createSettableClock(NOW),
      log: ({ event }) => void logged.push(event),
      ...changes,
    });
  }

  const sessionsOf = async (accountId: string) =>
    (await stores.records.listByAccount(accountId, NOW)).map(({ sessionUid }) => sessionUid);

  it('tells each application of each session of the account, and of no other account [A120]', async () => {
    await ending().all('account-1', null);
    expect(notices).to.have.members(
      ['first', 'second', 'third'].flatMap((uid) => [`${uid}-shop`, `${uid}-wiki`]),
    );
    expect(endedAtProvider).to.have.members(['first', 'second', 'third']);
    expect(await sessionsOf('account-1')).to.deep.equal([]);
    expect(await sessionsOf('account-2')).to.deep.equal(['foreign']);
    await ending().all('account-1', null);
    expect(notices).to.have.lengthOf(6);
  });

  it('keeps the session that it is told to keep', async () => {
    await ending().all('account-1', 'first');
    expect(notices).to.have.members(['second-shop', 'second-wiki', 'third-shop', 'third-wiki']);
    expect(await sessionsOf('account-1')).to.deep.equal(['first']);
  });

  it('does not bring a session back that another ending has removed meanwhile [A117]', async () => {
    const listByAccount: typeof stores.records.listByAccount = async (...given) => {
      const live = await stores.records.listByAccount(...given);
      await stores.records.remove('first');
      return live;
    };
    await ending({ records: { ...stores.records, listByAccount } }).all('account-1', 'first');
    expect(await sessionsOf('account-1')).to.deep.equal([]);
  });

  it('ends everything from before by one time, and spares the session that it is told to keep [A117]', async () => {
    await stores.accounts.insert(anAccount());
    const accountNow = async () => (await stores.accounts.findById('account-1')) ?? anAccount();
    const before = await stores.records.find('second', NOW);
    await ending().all('account-1', 'first');
    const account = await accountNow();
    expect(account.endsBefore).to.equal(NOW + 1);
    expect(hasSignInEnded(before?.authentications ?? [], account)).to.equal(true);
    const kept = (await stores.records.find('first', NOW))?.authentications ?? [];
    expect(hasSignInEnded(kept, account)).to.equal(false);
    expect(kept.map(({ atMs }) => atMs)).to.deep.equal([NOW, NOW]);
    await ending().all('account-1', null);
    expect(hasSignInEnded(kept, await accountNow()), 'in the same millisecond').to.equal(false);
    await ending({ clock: createSettableClock(NOW + 1) }).all('account-1', null);
    expect(hasSignInEnded(kept, await accountNow())).to.equal(true);
    expect(await sessionsOf('account-1')).to.deep.equal([]);
  });

  it('keeps no session that an earlier ending has ended already [A117]', async () => {
    await stores.accounts.insert(anAccount({ endsBefore: NOW + 1 }));
    await ending({ clock: createSettableClock(NOW + 5) }).all('account-1', 'first');
    expect(await sessionsOf('account-1')).to.deep.equal([]);
    expect(notices).to.include('first-shop');
  });

  it('ends the sessions that used a factor which is gone, and no other [A120]', async () => {
    await ending().withLostFactor('account-1', null);
    expect(notices).to.have.members(['second-shop', 'second-wiki']);
    expect(endedAtProvider).to.deep.equal(['second']);
    expect(await sessionsOf('account-1')).to.have.members(['first', 'third']);
  });

  it('ends sessions of replaced recovery codes once the own session continues on the new ones [A120]', async () => {
    await sessionOf('on-paper', used('old-codes', 'recovery'));
    const own = aSignInRecord({ sessionUid: 'third', authentications: [PASSWORD] });
    const restate = createRestatement({ records: stores.records, endSessions: ending() });
    await restate(own, used('phone'));
    expect(endedAtProvider).to.have.members(['second', 'on-paper']);
    expect(await stores.records.find('third', NOW)).to.deep.include({ authentications: used('phone') });
  });

  it('tells an application whose sign-in record is gone already', async () => {
    await stores.records.remove('first');
    await ending().all('account-1', null);
    expect(notices).to.include('first-shop');
    expect(endedAtProvider).to.include('first');
  });

  it('completes at the next call what a failure has interrupted [A120]', async () => {
    const failing = ending({ outbox: { add: () => Promise.reject(new Error('away')) } });
    const fault = await failing.all('account-1', null).then(() => null, String);
    expect(fault).to.equal('Error: away');
    expect(await sessionsOf('account-1')).to.have.lengthOf(3);
    await ending().all('account-1', null);
    expect(notices).to.have.lengthOf(6);
  });

  it('ends the sign-ins while the store of sessions is away, and logs that', async () => {
    const endProviderSession = () => Promise.reject(new Error('away'));
    await ending({ endProviderSession }).all('account-1', null);
    expect(await sessionsOf('account-1')).to.deep.equal([]);
    expect(notices).to.have.lengthOf(6);
    expect(new Set(logged)).to.deep.equal(new Set(['session.end_failed']));
  });
});
