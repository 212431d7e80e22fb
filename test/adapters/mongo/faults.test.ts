/** A server that dies, freezes, answers too slowly or was never there: an answer in time, and no other harm. */
import { expect } from 'chai';
import { mongo } from 'mongoose';
import { asStoreFault } from '../../../src/adapters/mongo/faults.ts';
import { type MongoAccounts, openMongoAccounts } from '../../../src/adapters/mongo/open.ts';
import { StoreUnavailable } from '../../../src/ports/faults.ts';
import {
  anAccount,
  anAuditEvent,
  anEnrolment,
  aSignInRecord,
  aTrustedBrowser,
  NOW,
} from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import { startTcpProxy } from '../../support/process/tcp-proxy.ts';
import { mongoServer } from '../../support/stores/mongo-server.ts';
import { longestStall } from '../../support/time/event-loop.ts';
import { eventually } from '../../support/time/eventually.ts';
import { endsWithin } from '../../support/time/in-time.ts';

/** In milliseconds. */
const PATIENCE = 3000;
const STALL = 250;
/** For how long a machine may be too busy. */
const BUSY = 30_000;

describe('a MongoDB store when its server fails', () => {
  const server = mongoServer();
  let stores: MongoAccounts;

  beforeEach(async () => {
    stores = await openMongoAccounts({ uri: server().uri });
  });
  afterEach(() => stores.close());

  /** One act of each kind, reading and writing, with one step and with several. */
  function acts(): Promise<unknown>[] {
    const { accounts, enrolments, onceKeys, lockouts, records, trustedBrowsers, audit, providerDurable } =
      stores;
    return [
      accounts.findByEmail('bob@acme.test'),
      accounts.insert(anAccount({ id: 'account-2' })),
      accounts.replacePasswordHash('account-1', 'old', 'new'),
      accounts.confirmEmail('account-1', 'bob@acme.test', NOW),
      accounts.setFrozen('account-1', NOW),
      enrolments.listByAccount('account-1'),
      enrolments.insert(anEnrolment()),
      enrolments.raiseLastStep('enrolment-1', 7, 'account-1', NOW),
      enrolments.setDefault('account-1', 'enrolment-1'),
      onceKeys.claim('key', NOW),
      onceKeys.held(['key']),
      onceKeys.first('first', 'value', null),
      lockouts.read('account-1'),
      lockouts.addFailure('account-1', 'totp', NOW),
      lockouts.clear('account-1', 'totp'),
      records.save(aSignInRecord()),
      trustedBrowsers.insert(aTrustedBrowser()),
      trustedBrowsers.find('browser-1', NOW),
      trustedBrowsers.removeAll('account-1'),
      audit.append(anAuditEvent()),
      providerDurable.consume('RefreshToken', 'token-1', NOW),
      stores.ping(),
    ];
  }

  async function expectUnavailable(calls: () => Promise<unknown>[]): Promise<void> {
    let isInTime = false;
    let outcomes: unknown[] = [];
    const stall = await longestStall(async () => {
      const all = Promise.all(calls().map((call) => call.catch((error: unknown) => error)));
      isInTime = await endsWithin(PATIENCE, all);
      outcomes = await all;
    });
    for (const outcome of outcomes) expect(outcome).to.be.instanceOf(StoreUnavailable);
    expect(isInTime, `within ${PATIENCE} ms`).to.equal(true);
    expect(stall).to.be.below(STALL);
  }

  it('is unavailable in time when the server was killed, and continues when it is back [R10]', async () => {
    await stores.accounts.insert(anAccount());
    await server().kill();
    await expectUnavailable(acts);
    const swept = await stores.sweep(NOW, 0).catch((error: unknown) => error);
    expect(swept).to.be.instanceOf(StoreUnavailable);
    await server().restart();
    const found = await eventually(() => stores.accounts.findById('account-1'));
    expect(found).to.deep.equal(anAccount());
    await stores.ping();
  });

  it('is unavailable in time when the server is suspended, and continues when it resumes [R10]', async () => {
    server().pause();
    await expectUnavailable(acts);
    server().resume();
    await eventually(() => stores.ping());
    // A call that was sent before may or may not have taken effect; a repeated call gives one of the two results.
    expect(await stores.onceKeys.first('first', 'value', null)).to.equal('value');
  });

  it('queues 200 callers on ten connections for a limited time [R14]', async () => {
    const proxy = await startTcpProxy(server().port);
    const slow = await openMongoAccounts({ uri: `mongodb://127.0.0.1:${proxy.port}/slow?maxPoolSize=10` });
    try {
      // Ten connections are made for it, for which a busy machine may need more than one try.
      await eventually(() => together(200, (index) => slow.onceKeys.claim(`before-${index}`, NOW)), BUSY);
      const connections = proxy.accepted;
      // Ten for the acts, one or two for the driver's own look at the server.
      expect(connections).to.be.at.most(12);
      proxy.delayReplies(5000);
      await expectUnavailable(() =>
        Array.from({ length: 200 }, (_, index) => slow.onceKeys.claim(`key-${index}`, NOW)),
      );
      expect(proxy.accepted - connections).to.be.at.most(12);
      proxy.delayReplies(0);
      await eventually(() => slow.ping());
      expect(await slow.onceKeys.claim('after', NOW)).to.equal(true);
    } finally {
      await slow.close();
      await proxy.close();
    }
  });

  it('is unavailable after it was closed', async () => {
    const closed = await openMongoAccounts({ uri: server().uri });
    await closed.close();
    await closed.close();
    expect(await closed.onceKeys.claim('key', NOW).catch((error: unknown) => error)).to.be.instanceOf(
      StoreUnavailable,
    );
  });
});

describe('the error of a failed MongoDB call', () => {
  it('has the code, the collection and the remedy only, because the message of the server repeats stored values [A98]', () => {
    const refused = new mongo.MongoServerError({
      message:
        'not authorized to execute command { insert: "accounts", documents: [ { passwordHash: "hunter2" } ] }',
      code: 13,
      codeName: 'Unauthorized',
    });
    const fault = asStoreFault(refused);
    expect(fault).to.be.instanceOf(StoreUnavailable);
    expect((fault as Error).message).to.match(/^MongoDB: accounts: Unauthorized: its user /);
    expect((fault as Error).message).not.to.match(/hunter2|password/);
    expect((fault as Error).cause).to.equal(undefined);
  });
});

describe('a MongoDB store without a server', () => {
  const failure = (uri: string): Promise<unknown> =>
    openMongoAccounts({ uri }).then(
      () => null,
      (error: unknown) => error,
    );

  it('rejects in time, without the password in its error [R10]', async () => {
    const failed = failure('mongodb://app:hunter2@127.0.0.1:1/doublelock');
    expect(await endsWithin(PATIENCE, failed), `within ${PATIENCE} ms`).to.equal(true);
    const error = await failed;
    expect(error).to.be.instanceOf(StoreUnavailable);
    expect(String(error)).not.to.include('hunter2');
  });

  it('reveals no part of a malformed URI', async () => {
    for (const uri of [
      'mongodb://app:hunter2@host:99999/doublelock',
      'mongodb://app:hun@ter2@host/doublelock',
      'mongodb://app:hunter2@host/doublelock?unknownOption=hunter2',
      'hunter2',
      '',
    ]) {
      const error = await failure(uri);
      expect(error, uri).to.be.instanceOf(Error).and.not.instanceOf(StoreUnavailable);
      expect(`${error}${(error as Error).stack}${(error as Error).cause}`, uri).not.to.match(/hun@?ter2/);
    }
  });
});
