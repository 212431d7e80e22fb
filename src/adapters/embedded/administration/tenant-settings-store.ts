/** The settings of tenants in SQLite. */
import { readObject } from '../../../domain/json.ts';
import { readStoredSettings, type SettingsVersion } from '../../../domain/tenant-settings/version.ts';
import type { TenantSettingsStore } from '../../../ports/administration/tenant-settings.ts';
import type { Database } from '../sqlite/database.ts';
import { insertInto } from '../sqlite/insertion.ts';

type Row = {
  tenant_id: string;
  number: number;
  settings: string;
  made_by: string;
  at: number;
  reason: string | null;
  revert_of: number | null;
};

const COLUMNS = [
  'tenant_id',
  'number',
  'settings',
  'made_by',
  'at',
  'reason',
  'revert_of',
] as const satisfies readonly (keyof Row)[];

function toRow(version: SettingsVersion): Row {
  return {
    tenant_id: version.tenantId,
    number: version.number,
    settings: JSON.stringify(version.settings),
    made_by: version.by,
    at: version.atMs,
    reason: version.reason,
    revert_of: version.revertOf,
  };
}

function toVersion(row: Row): SettingsVersion {
  return {
    tenantId: row.tenant_id,
    number: row.number,
    settings: readStoredSettings(readObject(row.settings)),
    by: row.made_by,
    atMs: row.at,
    reason: row.reason,
    revertOf: row.revert_of,
  };
}

export function createTenantSettingsStore(database: Database): TenantSettingsStore {
  const insert = database.statement(`${insertInto('tenant_settings', COLUMNS)} ON CONFLICT DO NOTHING`);
  const each = database.statement<Row>(
    `SELECT tenant_settings.* FROM json_each(:places) AS place
       JOIN tenant_settings ON tenant_id = place.value ->> 'tenantId' AND number = place.value ->> 'number'`,
  );
  const page = database.statement<Row>(
    `SELECT * FROM tenant_settings WHERE tenant_id = :tenantId AND (:before IS NULL OR number < :before)
      ORDER BY number DESC LIMIT :limit`,
  );
  const pageOf = (tenantId: string, before: number | null, limit: number) =>
    database.act(() => page.all({ tenantId, before, limit }).map(toVersion));

  return {
    insert: (version) => database.write(() => insert.run(toRow(version)) === 1),
    findEach: (places) => database.act(() => each.all({ places: JSON.stringify(places) }).map(toVersion)),
    findNewest: async (tenantId) => (await pageOf(tenantId, null, 1))[0] ?? null,
    page: pageOf,
  };
}
