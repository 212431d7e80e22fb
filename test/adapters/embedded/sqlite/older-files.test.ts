/** Files that an older release has written: what they lack reads as if nothing of it had happened. */
import { join } from 'node:path';
import { expect } from 'chai';
import { type EmbeddedStores, openEmbedded } from '../../../../src/adapters/embedded/open.ts';
import { openDatabase } from '../../../../src/adapters/embedded/sqlite/database.ts';
import {
  ACCOUNTS_MIGRATIONS,
  SHORT_LIVED_MIGRATIONS,
} from '../../../../src/adapters/embedded/sqlite/schema.ts';
import { writeAuthentications } from '../../../../src/adapters/embedded/sqlite/stored-json.ts';
import { EMPTY_TRANSACTION } from '../../../../src/domain/sign-in/transaction.ts';
import {
  aChallenge,
  anAccount,
  aSignInRecord,
  aTransaction,
  aTrustedBrowser,
  MINUTE,
  NOW,
} from '../../../contracts/examples.ts';
import { freshDataDir } from '../../../support/stores/embedded.ts';

describe('embedded stores on files of the first release', () => {
  const dataDir = freshDataDir();
  let stores: EmbeddedStores;

  function write(file: string, migrations: readonly string[], rows: readonly string[]): void {
    const path = join(dataDir(), file);
    const database = openDatabase({ path, durability: 'full', migrations: migrations.slice(0, 1) });
    for (const row of rows) database.statement(row).run();
    database.close();
  }

  beforeEach(() => {
    const password = JSON.stringify([{ method: 'pwd', enrolmentId: null, at: NOW }]);
    write('accounts.sqlite', ACCOUNTS_MIGRATIONS, [
      `INSERT INTO accounts VALUES ('account-1', 'acme', 'bob@acme.test', 0, 'Bob', NULL, 'member', '[]', '[]', NULL,
        NULL, ${NOW})`,
      `INSERT INTO sign_in_records VALUES ('session-1', 'account-1', '${writeAuthentications(aSignInRecord().authentications)}', ${NOW},
        '192.0.2.7', '${aSignInRecord().browser}', ${NOW + MINUTE})`,
    ]);
    write('short-lived.sqlite', SHORT_LIVED_MIGRATIONS, [
      `INSERT INTO progress VALUES ('interaction-1', 1, 'account-1', '${password}', NULL, 0, NULL, ${NOW + MINUTE})`,
      `INSERT INTO outbox VALUES ('email', 'bob@acme.test', 'Your code', '123456', ${NOW})`,
    ]);
    stores = openEmbedded({ dataDir: dataDir() });
  });
  afterEach(() => stores.close());

  it('read an account as not frozen, and can freeze it [R26]', async () => {
    expect(await stores.accounts.findById('account-1')).to.deep.equal(anAccount());
    await stores.accounts.setFrozen('account-1', NOW);
    expect(await stores.accounts.findById('account-1')).to.deep.equal(anAccount({ frozenAt: NOW }));
  });

  it('read an account that is not held, and can hold it [R26]', async () => {
    await stores.accounts.setHeld('account-1', NOW);
    expect(await stores.accounts.findById('account-1')).to.deep.equal(anAccount({ heldAt: NOW }));
  });

  it('read an account of which nothing has ended, and can end it [R26]', async () => {
    await stores.accounts.raiseEndsBefore('account-1', NOW);
    expect(await stores.accounts.findById('account-1')).to.deep.equal(anAccount({ endsBefore: NOW }));
  });

  it('read a sign-in record without a trusted browser, and can store one with it [R26]', async () => {
    expect(await stores.records.find('session-1', NOW)).to.deep.equal(aSignInRecord());
    await stores.trustedBrowsers.insert(aTrustedBrowser());
    await stores.records.save(aSignInRecord({ trustedBrowserId: 'browser-1' }));
    expect((await stores.records.find('session-1', NOW))?.trustedBrowserId).to.equal('browser-1');
  });

  it('give a trusted browser the tenant of its account [R26]', async () => {
    const folder = join(dataDir(), 'later');
    const third = ACCOUNTS_MIGRATIONS.slice(0, 3);
    const path = join(folder, 'accounts.sqlite');
    const database = openDatabase({ path, durability: 'full', migrations: third });
    for (const row of [
      `INSERT INTO accounts VALUES ('account-1', 'acme', 'bob@acme.test', 0, 'Bob', NULL, 'member', '[]', '[]', NULL,
        NULL, ${NOW}, NULL)`,
      `INSERT INTO trusted_browsers VALUES ('browser-1', 'account-1', '${aTrustedBrowser().browser}', ${NOW}, NULL, NULL,
        ${NOW + MINUTE})`,
      `INSERT INTO trusted_browsers VALUES ('browser-2', 'a-guest', '', ${NOW}, NULL, NULL, ${NOW + MINUTE})`,
    ]) {
      database.statement(row).run();
    }
    database.close();
    const later = openEmbedded({ dataDir: folder });
    expect(await later.trustedBrowsers.find('browser-1', NOW)).to.deep.equal(aTrustedBrowser());
    expect((await later.trustedBrowsers.find('browser-2', NOW))?.tenantId).to.equal('');
    later.close();
  });

  it('read a trusted browser as one of the first generation, and can rotate it [R26]', async () => {
    const folder = join(dataDir(), 'before-rotation');
    const path = join(folder, 'accounts.sqlite');
    const before = ACCOUNTS_MIGRATIONS.findIndex((step) => step.includes('rotations'));
    const database = openDatabase({
      path,
      durability: 'full',
      migrations: ACCOUNTS_MIGRATIONS.slice(0, before),
    });
    database
      .statement(
        `INSERT INTO trusted_browsers (id, account_id, tenant_id, browser, created_at, expires_at)
          VALUES ('browser-1', 'account-1', 'acme', '${aTrustedBrowser().browser}', ${NOW}, ${NOW + MINUTE})`,
      )
      .run();
    database.close();
    const later = openEmbedded({ dataDir: folder });
    expect(await later.trustedBrowsers.find('browser-1', NOW)).to.deep.equal(aTrustedBrowser());
    const used = aTrustedBrowser({ generation: 1, rotations: [NOW], lastUsedAt: NOW });
    expect(await later.trustedBrowsers.rotate(used)).to.deep.equal(used);
    later.close();
  });

  it('read the missing fields of a transaction as initial values [R26]', async () => {
    const found = await stores.transactions.find('interaction-1', NOW);
    expect(found).to.deep.equal(aTransaction({ ...EMPTY_TRANSACTION, version: 1 }));
    const next = aTransaction({ version: 1, challenges: [aChallenge()], trustBrowser: true });
    expect(await stores.transactions.save(next)).to.be.an('object');
    expect(await stores.transactions.find('interaction-1', NOW)).to.deep.equal({ ...next, version: 2 });
  });

  it('read a message without HTML [R26]', async () => {
    const [message] = await stores.outbox.list(1);
    expect(message?.html).to.equal(null);
    expect(message?.text).to.equal('123456');
  });
});
