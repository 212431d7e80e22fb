/** A newer release has begun to use the files while this one still runs: it goes on, and keeps what it does not know. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { type EmbeddedStores, openEmbedded } from '../../../../src/adapters/embedded/open.ts';
import { sealOf } from '../../../../src/domain/audit/seal.ts';
import {
  aCampaign,
  aChallenge,
  aMail,
  anAccount,
  anAuditEvent,
  anEnrolment,
  aResetRequest,
  aResetStep,
  aSessionClient,
  aSettingsVersion,
  aSignInRecord,
  aTransaction,
  aTrustedBrowser,
  MINUTE,
  NOW,
} from '../../../contracts/examples.ts';
import { freshDataDir } from '../../../support/stores/embedded.ts';

const FILES = ['accounts.sqlite', 'short-lived.sqlite'] as const;

describe('embedded stores beside a newer release', () => {
  const dataDir = freshDataDir();
  let stores: EmbeddedStores;

  beforeEach(() => {
    stores = openEmbedded({ dataDir: dataDir() });
  });
  afterEach(() => stores.close());

  function within<T>(file: (typeof FILES)[number], work: (db: DatabaseSync) => T): T {
    const db = new DatabaseSync(join(dataDir(), file));
    try {
      return work(db);
    } finally {
      db.close();
    }
  }

  const tablesOf = (db: DatabaseSync) =>
    db
      .prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
      )
      .all()
      .map(({ name }) => String(name));

  /** A column more in every table, with a value where there is a row. */
  function migrate(): void {
    for (const file of FILES) {
      within(file, (db) => {
        for (const table of tablesOf(db)) {
          db.exec(`ALTER TABLE ${table} ADD COLUMN shoe_size INTEGER`);
          db.exec(`UPDATE ${table} SET shoe_size = 43`);
        }
        db.exec('PRAGMA user_version = 999');
      });
    }
  }

  /** One row in every table, or one more. */
  async function insertOneOfEach(id: string): Promise<void> {
    const { accounts, enrolments, onceKeys, lockouts, records, audit, trustedBrowsers, keys } = stores;
    const { mailOutbox, logoutOutbox, resetRequests, sessionClients, auditSeals, tenantSettings } = stores;
    const { campaigns } = stores;
    const { transactions, attempts, rates, outbox, providerDurable, providerShortLived } = stores;
    const limits = [{ counter: 'account', limit: 9, windowMs: MINUTE }];
    const template = { channel: 'email', to: 'bob@acme.test', subject: '', text: '', html: null } as const;
    const account = anAccount({ id, email: `${id}@acme.test`, passwordHash: 'old', groups: ['finance'] });
    expect(await accounts.insert(account)).to.equal(true);
    expect(await enrolments.insert(anEnrolment({ id, accountId: id }))).to.equal(true);
    expect(await onceKeys.claim(id, NOW + MINUTE)).to.equal(true);
    expect(await lockouts.addFailure(id, 'totp', NOW)).to.equal(1);
    await lockouts.lock(id, NOW + MINUTE, 1, null);
    await records.save(aSignInRecord({ sessionUid: id }));
    const line = anAuditEvent({ id });
    await audit.append(line);
    const previous = await auditSeals.last();
    const seal = sealOf({ previous, lines: [line], sealedAt: NOW, removedBefore: 0 });
    expect(await auditSeals.insert(seal)).to.equal(true);
    await auditSeals.complete(seal);
    await trustedBrowsers.insert(aTrustedBrowser({ id }));
    await sessionClients.insert(aSessionClient({ sessionUid: id, noticeId: id }));
    expect(await resetRequests.insert(aResetRequest({ id }))).to.equal(true);
    await resetRequests.take(aResetStep({ requestId: id }));
    expect(await tenantSettings.insert(aSettingsVersion({ tenantId: id }))).to.equal(true);
    const campaign = aCampaign({ id });
    expect(await campaigns.insert(campaign)).to.equal(true);
    await campaigns.addRecipients(campaign, ['account-1'], null);
    await mailOutbox.insert(aMail({ id }), NOW, null);
    await logoutOutbox.insert(aMail({ id }), NOW, null);
    await keys.insert({ id, digestKey: 'sealed', addedAt: NOW, usedAt: null });
    expect(await transactions.save(aTransaction({ uid: id }))).to.be.an('object');
    expect((await attempts.take({ owner: id, id, bucket: 'totp', atMs: NOW, limits })).ok).to.equal(true);
    expect((await rates.take(id, { limit: 9, windowMs: MINUTE }, NOW)).ok).to.equal(true);
    await outbox.append(template, NOW);
    await providerDurable.upsert('RefreshToken', id, { uid: id }, NOW + MINUTE);
    await providerShortLived.upsert('Session', id, { uid: id }, NOW + MINUTE);
  }

  it('read, write and add as before, and keep added columns [R26]', async () => {
    await insertOneOfEach('first');
    migrate();
    await insertOneOfEach('second');

    expect(await stores.accounts.replacePasswordHash('first', 'old', 'new')).to.equal(true);
    await stores.enrolments.raiseLastStep('first', 7, 'account-1', NOW);
    await stores.records.save(aSignInRecord({ sessionUid: 'first', browser: 'another' }));
    expect(await stores.transactions.save(aTransaction({ uid: 'first', version: 1, later: true }))).to.be.an(
      'object',
    );
    await stores.lockouts.addFailure('first', 'totp', NOW);
    await stores.providerShortLived.upsert('Session', 'first', { uid: 'other' }, NOW + MINUTE);

    const own = { id: 'first', email: 'first@acme.test', groups: ['finance'] };
    const account = anAccount({ ...own, passwordHash: 'new' });
    expect(await stores.accounts.findById('first')).to.deep.equal(account);
    expect((await stores.enrolments.listByAccount('first'))[0]?.lastStep).to.equal(7);
    expect((await stores.records.find('first', NOW))?.browser).to.equal('another');
    expect((await stores.transactions.find('first', NOW))?.later).to.equal(true);
    expect((await stores.lockouts.read('first')).failures).to.deep.equal({ totp: 2 });
    for (const file of FILES) {
      within(file, (db) => {
        for (const table of tablesOf(db)) {
          const sizes = db.prepare(`SELECT shoe_size FROM ${table} ORDER BY shoe_size DESC`).all();
          expect(
            sizes.map(({ shoe_size: size }) => size),
            table,
          ).to.deep.equal([43, null]);
        }
      });
    }
  });

  it('keep the fields of a newer release in transactions, authentications and messages [R26]', async () => {
    const { transactions } = stores;
    await transactions.save(aTransaction({ challenges: [aChallenge()] }));
    const told = { shoeSize: 43, nested: { since: 'tomorrow' } };
    within('short-lived.sqlite', (db) => {
      const row = db.prepare('SELECT proofs, more FROM progress').get();
      const more = { ...JSON.parse(String(row?.more)), ...told, challenges: [{ ...aChallenge(), ...told }] };
      const proofs = JSON.parse(String(row?.proofs)).map((proof: object) => ({ ...proof, ...told }));
      db.prepare('UPDATE progress SET proofs = ?, more = ?').run(
        JSON.stringify(proofs),
        JSON.stringify(more),
      );
    });

    const found = await transactions.find('interaction-1', NOW);
    if (!found) throw new Error('there is no transaction');
    const totp = { method: 'totp', enrolmentId: 'enrolment-1', atMs: NOW } as const;
    expect(
      await transactions.save({
        ...found,
        trustBrowser: true,
        authentications: [...found.authentications, totp],
      }),
    ).to.be.an('object');

    const row = within('short-lived.sqlite', (db) => db.prepare('SELECT proofs, more FROM progress').get());
    const more = JSON.parse(String(row?.more));
    expect(more).to.deep.include({ ...told, trustBrowser: true });
    expect(more.challenges).to.deep.equal([{ ...aChallenge(), ...told }]);
    expect(JSON.parse(String(row?.proofs))).to.deep.equal([
      { method: 'pwd', enrolmentId: null, at: aTransaction().authentications[0]?.atMs, ...told },
      { method: 'totp', enrolmentId: 'enrolment-1', at: NOW },
    ]);
  });
});
