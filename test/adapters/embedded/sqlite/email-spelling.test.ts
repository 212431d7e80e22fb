/** E-mail addresses that an older release has stored in another spelling than this one does. */
import { join } from 'node:path';
import { expect } from 'chai';
import { openEmbeddedAccounts } from '../../../../src/adapters/embedded/open.ts';
import { openDatabase } from '../../../../src/adapters/embedded/sqlite/database.ts';
import { ACCOUNTS_MIGRATIONS } from '../../../../src/adapters/embedded/sqlite/schema.ts';
import { OLDER_EMAILS, RESPELLED_EMAILS, WARNING } from '../../../contracts/older-emails.ts';
import { freshDataDir } from '../../../support/stores/embedded.ts';

describe('e-mail addresses in an embedded store of an older release', () => {
  const dataDir = freshDataDir();

  function fill(emails: Readonly<Record<string, string>>): void {
    const path = join(dataDir(), 'accounts.sqlite');
    const migrations = ACCOUNTS_MIGRATIONS.slice(
      0,
      ACCOUNTS_MIGRATIONS.findIndex((step) => step.includes('normalised_email')),
    );
    const database = openDatabase({ path, durability: 'full', migrations });
    const insert = database.statement(
      `INSERT INTO accounts (id, tenant_id, email, email_confirmed, name, role, groups, manages, created_at)
        VALUES (:id, 'acme', :email, 0, 'Bob', 'member', '[]', '[]', 1)`,
    );
    for (const [id, email] of Object.entries(emails)) insert.run({ id, email });
    database.close();
  }

  async function reopened() {
    const { accounts, warnings, close } = openEmbeddedAccounts({ dataDir: dataDir() });
    const page = await accounts.pageByTenant('acme', null, 100);
    close();
    return { emails: Object.fromEntries(page.map(({ id, email }) => [id, email])), warnings };
  }

  it('get the spelling of this one, but for those that are then equal, and the operator is told [A140 R26]', async () => {
    fill(OLDER_EMAILS);
    const expected = { emails: RESPELLED_EMAILS, warnings: [WARNING] };
    expect(await reopened()).to.deep.equal(expected);
    expect(await reopened()).to.deep.equal(expected);
  });

  it('stay, without a word, where all are in ASCII [A140]', async () => {
    fill({ plain: 'bob@acme.test' });
    expect(await reopened()).to.deep.equal({ emails: { plain: 'bob@acme.test' }, warnings: [] });
  });
});
