/** Each search of the audit trail in SQLite finds its lines by an index. */
import { join } from 'node:path';
import { expect } from 'chai';
import { auditSearch } from '../../../src/adapters/embedded/audit/audit-search.ts';
import { openDatabase } from '../../../src/adapters/embedded/sqlite/database.ts';
import { ACCOUNTS_MIGRATIONS } from '../../../src/adapters/embedded/sqlite/schema.ts';
import { freshDataDir } from '../../support/stores/embedded.ts';

const CONDITIONS = {
  tenantId: 'acme',
  accountId: 'account-1',
  actor: 'operator',
  event: 'sign_in.completed',
  reference: 'K7QM-2XPD',
  since: 1,
  until: 2,
  after: { atMs: 3, id: 'line' },
};
const NAMES = Object.keys(CONDITIONS) as (keyof typeof CONDITIONS)[];

/** Every subset of the conditions. */
const SUBSETS = Array.from({ length: 2 ** NAMES.length }, (_, bits) =>
  NAMES.filter((_name, place) => (bits >> place) % 2 === 1),
);

describe('a search of the audit trail in SQLite', () => {
  const dataDir = freshDataDir();

  it('uses an index in its own order, whatever it is narrowed to', () => {
    const path = join(dataDir(), 'accounts.sqlite');
    const database = openDatabase({ path, durability: 'normal', migrations: ACCOUNTS_MIGRATIONS });
    try {
      for (const names of SUBSETS) {
        const filter = Object.fromEntries(names.map((name) => [name, CONDITIONS[name]]));
        const sql = auditSearch({ ...filter, limit: 9 });
        const steps = database
          .statement<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
          .all({ ...filter, after: null, afterAt: 3, afterRow: 0, limit: 9 })
          .map(({ detail }) => detail);
        // Without a condition, or with that of an event alone, lines are read from the newest on.
        const narrowed = names.filter((name) => name !== 'event');
        const search = narrowed.length > 0 ? 'SEARCH' : 'SCAN';
        // The lines of one request are few: they are sorted.
        expect(steps.slice(1), `${names}`).to.deep.equal(
          names.includes('reference') ? ['USE TEMP B-TREE FOR ORDER BY'] : [],
        );
        expect(steps[0], `${names}`).to.match(new RegExp(`^${search} audit USING INDEX audit_by_`));
      }
    } finally {
      database.close();
    }
  });
});
