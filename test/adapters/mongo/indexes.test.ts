/** Each filter that a store or the sweeper sends to MongoDB finds its documents by an index, on collections of any size. */
import { expect } from 'chai';
import { createConnection } from 'mongoose';
import { type MongoAccounts, openMongoAccounts } from '../../../src/adapters/mongo/open.ts';
import { createModels } from '../../../src/adapters/mongo/schema/collections.ts';
import { sealOf } from '../../../src/domain/audit/seal.ts';
import type { PeopleStore } from '../../../src/ports/administration/people-store.ts';
import {
  aCampaign,
  aMail,
  anAccount,
  anAuditEvent,
  anEnrolment,
  aResetRequest,
  aResetStep,
  aSessionClient,
  aSettingsVersion,
  aSignInRecord,
  aTrustedBrowser,
  MINUTE,
  NOW,
} from '../../contracts/examples.ts';
import { mongoDatabase } from '../../support/stores/mongo.ts';
import { type MongoCommand, mongoCommands } from '../../support/stores/mongo-commands.ts';

const YEAR = 365 * 24 * 60 * MINUTE;

type Fields = Readonly<Record<string, unknown>>;

/** One search of a command: an update or a deletion may have several. */
interface Search {
  readonly collection: string;
  readonly filter: Fields;
  readonly sort: Fields;
  readonly limit: number;
}

/** These collections have a handful of documents: a key for each rotation, and changes that a crash has interrupted. */
const SMALL: ReadonlySet<string> = new Set(['encryption_keys', 'password_changes']);
/** Almost every document has the same value: an index finds nothing by this field alone. */
const VAGUE: ReadonlySet<string> = new Set(['kind']);

function searchesOf({ name, collection, body }: MongoCommand): Search[] {
  const one = body.filter ?? body.query ?? body.pipeline?.[0]?.$match;
  const each: readonly Fields[] =
    name === 'update' ? body.updates : name === 'delete' ? body.deletes : [{ q: one }];
  return each.map(({ q }) => ({
    collection,
    filter: q as Fields,
    sort: body.sort instanceof Map ? Object.fromEntries(body.sort) : (body.sort ?? {}),
    limit: Number(body.limit ?? 0),
  }));
}

/** The fields of an index that a search uses: from the first one on, without a gap. */
function used(index: readonly string[], { filter, sort, limit }: Search): readonly string[] {
  const isSorted = limit > 0 && Object.keys(sort).every((field, place) => index[place] === field);
  const fields = isSorted && Object.keys(filter).length === 0 ? sort : filter;
  const gap = index.findIndex((field) => !(field in fields));
  return gap === -1 ? index : index.slice(0, gap);
}

/** Calls every act of every store, and leaves documents of each kind to the sweeper. */
async function useAll(stores: MongoAccounts): Promise<void> {
  const { accounts, enrolments, onceKeys, lockouts, records, sessionClients, trustedBrowsers } = stores;
  const { administration, people, resetRequests, tenantSettings, audit, auditSeals, providerDurable } =
    stores;
  const { keys, mailOutbox, logoutOutbox, campaigns } = stores;
  await accounts.insert(anAccount({ passwordHash: 'old' }));
  await accounts.findById('account-1');
  await accounts.findByEmail('bob@acme.test');
  await accounts.pageByTenant('acme', null, 9);
  await accounts.pageByTenant('acme', 'bob@acme.test', 9);
  await accounts.listByRole('acme', 'admin');
  await accounts.replacePasswordHash('account-1', 'old', 'new');
  await accounts.setLocale('account-1', 'nl', NOW);
  await accounts.confirmEmail('account-1', 'bob@acme.test', NOW);
  await accounts.setPhone('account-1', null, NOW);
  await accounts.setFrozen('account-1', NOW);
  await accounts.setHeld('account-1', NOW);
  await accounts.update('account-1', { name: 'Robert' }, NOW);
  await accounts.replaceEmail('account-1', 'bob@acme.test', 'rob@acme.test', NOW);
  await administration.accountsByEmail(['rob@acme.test']);
  await administration.accountsById(['account-1']);
  await administration.methodsOf(['account-1']);
  await administration.lockoutsOf(['account-1']);
  await administration.valuesOf(['key']);
  await administration.liftLock('account-1');
  await listPeople(people);
  await accounts.raiseEndsBefore('account-1', NOW);
  await accounts.raiseAllEndsBefore(NOW);
  await enrolments.insert(anEnrolment());
  await enrolments.listByAccount('account-1');
  await enrolments.raiseLastStep('enrolment-1', 7, 'account-1', NOW);
  await enrolments.setDefault('account-1', 'enrolment-1');
  await enrolments.setSuspended('account-1', 'enrolment-1', NOW);
  await enrolments.setLastUsed('account-1', 'enrolment-1');
  await enrolments.setLabel('account-1', 'enrolment-1', 'Phone');
  await enrolments.pageOfSecrets(null, 9);
  await enrolments.replaceSecret('enrolment-1', 'sealed', 'anew');
  await onceKeys.claim('key', NOW);
  await onceKeys.first('key', 'value', NOW);
  await onceKeys.peek('key');
  await onceKeys.held(['key']);
  for (let failure = 0; failure < 16; failure += 1) await lockouts.addFailure('account-1', 'totp', NOW);
  await lockouts.addFailure('account-1', 'password', NOW);
  await lockouts.lock('account-1', NOW, 1, null);
  await lockouts.lock('account-2', NOW, 1, null);
  await lockouts.read('account-1');
  await lockouts.clear('account-1', 'password');
  await records.save(aSignInRecord());
  await records.replaceAuthentications('session-1', aSignInRecord().authentications);
  await records.noteUse('session-1', NOW);
  await records.noteOffline('session-1', 'demo');
  await records.find('session-1', NOW);
  await records.listByAccount('account-1', NOW);
  await sessionClients.insert(aSessionClient());
  await sessionClients.listBySession('session-1', NOW);
  await sessionClients.listByAccount('account-1', NOW);
  await trustedBrowsers.insert(aTrustedBrowser());
  await trustedBrowsers.find('browser-1', NOW);
  await trustedBrowsers.listByAccount('account-1', NOW);
  await trustedBrowsers.rotate(aTrustedBrowser({ generation: 1 }));
  await resetRequests.insert(aResetRequest());
  await resetRequests.find('account-1.1');
  await resetRequests.findNewest('account-1');
  await resetRequests.pageByTenant('acme', null, 9);
  await resetRequests.pageByTenant('acme', { createdAt: NOW, id: 'account-1.1' }, 9);
  await resetRequests.pageInScope({ tenantId: 'acme', groups: null }, true, null, 9, NOW);
  await resetRequests.pageInScope({ tenantId: 'acme', groups: null }, false, null, 9, NOW);
  await resetRequests.countWaiting({ tenantId: 'acme', groups: ['sales'] }, NOW);
  await resetRequests.take(aResetStep());
  await resetRequests.take(aResetStep());
  await resetRequests.listDue(NOW, 9);
  await resetRequests.settle('account-1.1');
  await tenantSettings.insert(aSettingsVersion());
  await tenantSettings.findEach([aSettingsVersion(), { tenantId: 'acme', number: 2 }]);
  await tenantSettings.findNewest('acme');
  await tenantSettings.page('acme', 9, 9);
  await campaigns.insert(aCampaign());
  await campaigns.find('campaign-1');
  await campaigns.page('acme', null, null, 9);
  await campaigns.page('acme', 'account-1', { createdAt: NOW, id: 'campaign-1' }, 9);
  await campaigns.listRunning(9);
  await campaigns.isRunning('campaign-1');
  await campaigns.addRecipients(aCampaign(), ['account-1', 'account-2'], 'bob@acme.test');
  await campaigns.listWaiting('campaign-1', 9);
  await campaigns.settle('campaign-1', 'account-1', 'sent', NOW);
  await campaigns.recipients('campaign-1', null, null, 9);
  await campaigns.recipients('campaign-1', 'sent', 'account-1', 9);
  await campaigns.setPaused('campaign-1', NOW);
  await campaigns.setPaused('campaign-1', null);
  await campaigns.end('campaign-1', NOW);
  await audit.append(anAuditEvent());
  await audit.appendAll([anAuditEvent({ id: 'event-2' }), anAuditEvent({ id: 'event-3' })]);
  await audit.list({ limit: 9 });
  await audit.list({ limit: 9, tenantId: 'acme' });
  await audit.list({ limit: 9, accountId: 'account-1' });
  await audit.list({ limit: 9, accountId: 'account-1', tenantId: 'acme' });
  await audit.list({ limit: 9, reference: 'K7QM-2XPD' });
  await audit.list({ limit: 9, actor: 'operator' });
  await audit.list({ limit: 9, tenantId: 'acme', event: 'second_factor.refused' });
  await audit.list({ limit: 9, since: NOW, until: NOW + 1 });
  for (const id of ['event-1', 'gone']) {
    await audit.list({ limit: 9, after: { atMs: NOW, id } });
    await audit.list({ limit: 9, tenantId: 'acme', since: NOW - 1, until: NOW, after: { atMs: NOW, id } });
  }
  const seal = sealOf({ previous: null, lines: [anAuditEvent()], sealedAt: NOW, removedBefore: NOW });
  await auditSeals.insert(seal);
  await auditSeals.complete(seal);
  await auditSeals.last();
  await auditSeals.page(0, 9);
  await auditSeals.unsealed(NOW, 9);
  await auditSeals.marked(1, '', 9);
  await auditSeals.find('event-1');
  await auditSeals.findBeyond(1);
  await auditSeals.talliesSince('acme', 0);
  await auditSeals.dropLists(NOW);
  await providerDurable.upsert('RefreshToken', 'token-1', { grantId: 'grant-1', uid: 'uid-1' }, NOW + MINUTE);
  await providerDurable.update('RefreshToken', 'token-1', {}, NOW + MINUTE);
  await providerDurable.insert('RefreshToken', 'token-2', {}, NOW + MINUTE);
  await providerDurable.find('RefreshToken', 'token-1', NOW);
  await providerDurable.findByUid('RefreshToken', 'uid-1', NOW);
  await providerDurable.consume('RefreshToken', 'token-1', NOW);
  await providerDurable.page('RefreshToken', null, 9, NOW);
  await providerDurable.replacePayload('RefreshToken', { id: 'token-1', payload: {} }, {});
  await keys.insert({ id: 'key-1', digestKey: 'sealed', addedAt: NOW, usedAt: null });
  await keys.list();
  await keys.markUsed('key-1', NOW);
  await keys.remove('key-1');
  for (const queue of [mailOutbox, logoutOutbox]) {
    await queue.insert(aMail(), NOW, null);
    const [leased] = await queue.take(9, NOW, NOW + MINUTE);
    if (leased) await queue.putOff(leased, NOW);
    await queue.insert(aMail({ id: 'mail-2', expiresAt: NOW }), NOW, null);
  }
  await stores.sweep(NOW + YEAR, 1);
  for (const queue of [mailOutbox, logoutOutbox]) await queue.remove('mail-1');
  await enrolments.remove('account-1', 'enrolment-1');
  await lockouts.reset('account-1');
  await records.remove('session-1');
  await sessionClients.remove('notice-1');
  await trustedBrowsers.remove('account-1', 'browser-1');
  await trustedBrowsers.removeAll('account-1');
  await trustedBrowsers.removeTenant('acme', 9);
  await providerDurable.destroy('RefreshToken', 'token-1');
  await providerDurable.revokeByGrantId('RefreshToken', 'grant-1');
}

/** Every kind of list. */
async function listPeople(people: PeopleStore): Promise<void> {
  const conditions = ['unprotected', 'protected', 'locked', 'unconfirmed', 'disabled', 'enabled'] as const;
  for (const groups of [null, ['finance', 'sales']]) {
    const scope = { tenantId: 'acme', groups };
    for (const condition of [null, ...conditions]) {
      const query = { q: 'bob', group: 'lab', role: 'member', condition } as const;
      await people.page(scope, query, null, 9, NOW);
      await people.count(scope, { ...query, q: null, group: null, role: null }, NOW);
      await people.page(scope, { ...query, isUnconfirmed: true }, null, 9, NOW);
    }
    await people.find(scope, 'account-1');
    await people.totals(scope, NOW);
  }
}

/** The acts of a restore work through whole collections, in the order of their ids. No request waits for them. */
const OF_RESTORES = 'restoration.';

/** Names every act that is called. */
function noted(stores: MongoAccounts, called: Set<string>): { stores: MongoAccounts; all: string[] } {
  const all: string[] = [];
  const entries = Object.entries<unknown>({ ...stores }).map(([store, acts]) => {
    if (typeof acts !== 'object' || acts === null || Array.isArray(acts)) return [store, acts];
    const runs = Object.entries(acts as Readonly<Record<string, (...given: unknown[]) => unknown>>);
    const wrapped = runs.map(([act, run]) => {
      all.push(`${store}.${act}`);
      const call = (...given: unknown[]) => {
        called.add(`${store}.${act}`);
        return run(...given);
      };
      return [act, call];
    });
    return [store, Object.fromEntries(wrapped)];
  });
  return { stores: Object.fromEntries(entries), all };
}

describe('the indexes of MongoDB', () => {
  const commands = mongoCommands();
  const database = mongoDatabase();

  it('are those by which every act of a store, and the sweeper, find documents [R38]', async () => {
    const opened = await openMongoAccounts({ uri: commands.watched(database().uri) });
    const called = new Set<string>();
    const { stores, all } = noted(opened, called);
    commands.take();
    try {
      await useAll(stores);
    } finally {
      await opened.close();
    }
    const expected = all.filter((act) => !act.startsWith(OF_RESTORES)).toSorted();
    expect([...called].toSorted(), 'the acts of this test').to.deep.equal(expected);

    const driver = createConnection();
    const indexes = new Map(
      Object.values(createModels(driver)).map(({ collection, schema }) => [
        collection.collectionName,
        [['_id'], ...schema.indexes().map(([key]) => Object.keys(key))],
      ]),
    );
    const sent = commands
      .take()
      .filter(({ name }) => !['insert', 'ping', 'hello', 'endSessions'].includes(name));
    const searches = sent.flatMap(searchesOf).filter(({ collection }) => !SMALL.has(collection));
    expect(searches.length).to.be.above(70);
    const slow = searches.filter(
      (search) =>
        !indexes.get(search.collection)?.some((index) => used(index, search).some((one) => !VAGUE.has(one))),
    );
    expect(slow.map(({ collection, filter }) => `${collection} ${Object.keys(filter)}`)).to.deep.equal([]);

    for (const plan of await plansOf(sent)) expect(plan).not.to.include('COLLSCAN');
  });

  /** As the server itself would carry the commands out. Empty where it tells no plan in MongoDB's own form. */
  async function plansOf(sent: readonly MongoCommand[]): Promise<string[]> {
    const plans: string[] = [];
    for (const { name, collection, body } of sent) {
      if (SMALL.has(collection) || name === 'getMore') continue;
      const { lsid, $db, $clusterTime, txnNumber, writeConcern, $readPreference, ...explain } = body;
      const answer = await database().admin.db?.command({ explain, verbosity: 'queryPlanner' });
      const { winningPlan: plan } = answer?.queryPlanner ?? answer?.stages?.[0]?.$cursor?.queryPlanner ?? {};
      if (!plan) return [];
      plans.push(`${name} ${collection} ${JSON.stringify(plan)}`);
    }
    return plans;
  }
});
