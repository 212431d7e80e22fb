/** Lists of people in a file that an older release has written, or still writes. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { type EmbeddedStores, openEmbedded } from '../../../../src/adapters/embedded/open.ts';
import { PEOPLE } from '../../../../src/adapters/embedded/sqlite/administration-schema.ts';
import { openDatabase } from '../../../../src/adapters/embedded/sqlite/database.ts';
import { ACCOUNTS_MIGRATIONS } from '../../../../src/adapters/embedded/sqlite/schema.ts';
import type { PeopleQuery } from '../../../../src/ports/administration/people-store.ts';
import { MINUTE, NOW } from '../../../contracts/examples.ts';
import { freshDataDir } from '../../../support/stores/embedded.ts';

const EVERYBODY: PeopleQuery = { q: null, group: null, role: null, condition: null };
const ACME = { tenantId: 'acme', groups: null };

describe('lists of people in an embedded store of an older release', () => {
  const dataDir = freshDataDir();
  const path = () => join(dataDir(), 'accounts.sqlite');

  /** The statements of a release that knows nothing of lists. */
  const olderAccount = (id: string, name: string, groups: string) =>
    `INSERT INTO accounts (id, tenant_id, email, email_confirmed, name, role, groups, manages, created_at)
      VALUES ('${id}', 'acme', '${id}@acme.test', 1, '${name}', 'member', '${groups}', '[]', ${NOW})`;
  const olderEnrolment = (accountId: string, method: string) =>
    `INSERT INTO enrolments (id, account_id, tenant_id, method, label, is_default, created_at)
      VALUES ('${accountId}-${method}', '${accountId}', 'acme', '${method}', '', 0, ${NOW})`;
  const olderLock = (subject: string) =>
    `INSERT INTO lockouts (subject, locked_until, level) VALUES ('${subject}', ${NOW + MINUTE}, 1)`;

  async function idsOf(stores: EmbeddedStores, query: Partial<PeopleQuery>): Promise<string[]> {
    const asked = { ...EVERYBODY, ...query };
    const page = await stores.people.page(ACME, asked, null, 100, NOW);
    expect(await stores.people.count(ACME, asked, NOW)).to.equal(page.length);
    return page.map(({ id }) => id);
  }

  it('have its accounts, factors, groups and locks [R26]', async () => {
    const migrations = ACCOUNTS_MIGRATIONS.slice(0, ACCOUNTS_MIGRATIONS.indexOf(PEOPLE));
    const database = openDatabase({ path: path(), durability: 'full', migrations });
    for (const row of [
      olderAccount('ann', 'Ann', '["finance","lab"]'),
      olderAccount('bob', 'Bj\u00f6rn', '[]'),
      olderAccount('eve', 'Eve', '{'),
      olderAccount('kim', 'Kim', '["finance"]'),
      olderEnrolment('ann', 'totp'),
      olderEnrolment('ann', 'recovery'),
      olderEnrolment('bob', 'recovery'),
      olderLock('second-factor:bob'),
      olderLock('password:digest'),
    ])
      database.statement(row).run();
    database.close();
    const stores = openEmbedded({ dataDir: dataDir() });
    expect(await idsOf(stores, { group: 'finance' })).to.deep.equal(['ann', 'kim']);
    expect(await idsOf(stores, { condition: 'protected' })).to.deep.equal(['ann']);
    expect(await idsOf(stores, { condition: 'locked' })).to.deep.equal(['bob']);
    expect(await idsOf(stores, { q: 'bjorn' })).to.deep.equal(['bob']);
    expect(await stores.people.find(ACME, 'eve'), 'unreadable groups').to.equal(null);
    expect((await stores.people.totals(ACME, NOW)).byMethod).to.deep.equal(
      new Map([
        ['recovery', 2],
        ['totp', 1],
      ]),
    );
    stores.close();
  });

  it('have what such a release writes beside this one at once, and a sweep spells its names [R26]', async () => {
    const stores = openEmbedded({ dataDir: dataDir() });
    const older = new DatabaseSync(path());
    older.exec(olderAccount('ann', 'Ann', '["finance"]'));
    older.exec(olderAccount('bob', 'Bob', '[]'));
    older.exec(olderEnrolment('ann', 'totp'));
    await stores.accounts.update('bob', { familyName: 'Bos' }, NOW);
    older.exec(`UPDATE accounts SET name = 'Bj\u00f6rn', groups = '["lab"]' WHERE id = 'bob'`);
    const expectAll = async () => {
      expect(await idsOf(stores, { condition: 'protected' })).to.deep.equal(['ann']);
      expect(await idsOf(stores, { group: 'lab' })).to.deep.equal(['bob']);
      for (const q of ['bjorn', 'bos']) expect(await idsOf(stores, { q }), q).to.deep.equal(['bob']);
      expect(await idsOf(stores, { q: 'ann' })).to.deep.equal(['ann']);
    };
    const unspelled = () =>
      Number(older.prepare('SELECT count(*) AS n FROM accounts WHERE search_name IS NULL').get()?.n);
    expect(unspelled()).to.equal(2);
    await expectAll();
    await stores.sweep(NOW, MINUTE);
    expect(unspelled()).to.equal(0);
    await expectAll();
    older.exec(`DELETE FROM enrolments WHERE account_id = 'ann'`);
    older.exec(`DELETE FROM accounts WHERE id = 'bob'`);
    expect(await idsOf(stores, { condition: 'unprotected' })).to.deep.equal(['ann']);
    expect(await idsOf(stores, { group: 'lab' })).to.deep.equal([]);
    older.close();
    stores.close();
  });
});
