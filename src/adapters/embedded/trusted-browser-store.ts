/** Trusted browsers in SQLite. */
import type { TrustedBrowser } from '../../domain/sign-in/trusted-browser.ts';
import type { TrustedBrowserStore } from '../../ports/stores.ts';
import type { Database } from './sqlite/database.ts';
import { insertInto } from './sqlite/insertion.ts';
import { readTimes } from './sqlite/stored-json.ts';

type Row = {
  id: string;
  account_id: string;
  tenant_id: string;
  browser: string;
  created_at: number;
  last_used_at: number | null;
  last_used_for: string | null;
  expires_at: number;
  generation: number;
  rotations: string;
};

const COLUMNS = [
  'id',
  'account_id',
  'tenant_id',
  'browser',
  'created_at',
  'last_used_at',
  'last_used_for',
  'expires_at',
  'generation',
  'rotations',
] as const satisfies readonly (keyof Row)[];

function toRow(trusted: TrustedBrowser): Row {
  return {
    id: trusted.id,
    account_id: trusted.accountId,
    tenant_id: trusted.tenantId,
    browser: trusted.browser,
    created_at: trusted.createdAt,
    last_used_at: trusted.lastUsedAt,
    last_used_for: trusted.lastUsedFor,
    expires_at: trusted.expiresAt,
    generation: trusted.generation,
    rotations: JSON.stringify(trusted.rotations),
  };
}

function toTrusted(row: Row): TrustedBrowser {
  return {
    id: row.id,
    accountId: row.account_id,
    tenantId: row.tenant_id,
    browser: row.browser,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    lastUsedFor: row.last_used_for,
    expiresAt: row.expires_at,
    generation: row.generation,
    // Without its times an older token counts as outdated.
    rotations: readTimes(row.rotations) ?? [],
  };
}

export function createTrustedBrowserStore(database: Database): TrustedBrowserStore {
  const insert = database.statement(`${insertInto('trusted_browsers', COLUMNS)} ON CONFLICT DO NOTHING`);
  const find = database.statement<Row>('SELECT * FROM trusted_browsers WHERE id = :id AND expires_at > :now');
  const byAccount = database.statement<Row>(
    `SELECT * FROM trusted_browsers WHERE account_id = :accountId AND expires_at > :now
      ORDER BY created_at DESC, rowid DESC`,
  );
  const rotate = database.statement(
    `UPDATE trusted_browsers SET tenant_id = :tenant_id, browser = :browser, created_at = :created_at,
        last_used_at = :last_used_at, last_used_for = :last_used_for, expires_at = :expires_at,
        generation = :generation, rotations = :rotations
      WHERE id = :id AND account_id = :account_id AND generation < :generation`,
  );
  const stored = database.statement<Row>(
    'SELECT * FROM trusted_browsers WHERE id = :id AND account_id = :accountId',
  );
  const remove = database.statement(
    'DELETE FROM trusted_browsers WHERE id = :id AND account_id = :accountId',
  );
  const removeAll = database.statement('DELETE FROM trusted_browsers WHERE account_id = :accountId');
  const removeTenant = database.statement(
    'DELETE FROM trusted_browsers WHERE id IN (SELECT id FROM trusted_browsers WHERE tenant_id = :tenantId LIMIT :limit)',
  );

  return {
    insert: (browser) => database.write(() => void insert.run(toRow(browser))),
    find: (id, now) =>
      database.act(() => {
        const row = find.get({ id, now });
        return row ? toTrusted(row) : null;
      }),
    listByAccount: (accountId, now) => database.act(() => byAccount.all({ accountId, now }).map(toTrusted)),
    rotate: (browser) =>
      database.write(() => {
        rotate.run(toRow(browser));
        const row = stored.get({ id: browser.id, accountId: browser.accountId });
        return row ? toTrusted(row) : null;
      }),
    remove: (accountId, id) => database.write(() => remove.run({ accountId, id }) === 1),
    removeAll: (accountId) => database.write(() => removeAll.run({ accountId })),
    removeTenant: (tenantId, limit) => database.write(() => removeTenant.run({ tenantId, limit })),
  };
}
