/** The settings of tenants in MongoDB. */
import { trusted } from 'mongoose';
import { readObject } from '../../../domain/json.ts';
import {
  readStoredSettings,
  type SettingsVersion,
  type VersionPlace,
} from '../../../domain/tenant-settings/version.ts';
import type { TenantSettingsStore } from '../../../ports/administration/tenant-settings.ts';
import type { Connection } from '../connection.ts';
import { isFirst } from '../faults.ts';
import type { Models } from '../schema/collections.ts';
import type { TenantSettingsDocument } from '../schema/tenant-settings.ts';
import { idOf } from '../stored-values.ts';

const placeOf = ({ tenantId, number }: VersionPlace) => idOf(tenantId, number);

function toDocument({ atMs, settings, ...version }: SettingsVersion): TenantSettingsDocument {
  return { ...version, _id: placeOf(version), settings: JSON.stringify(settings), at: new Date(atMs) };
}

function toVersion(found: TenantSettingsDocument): SettingsVersion {
  return {
    tenantId: found.tenantId,
    number: found.number,
    settings: readStoredSettings(readObject(found.settings)),
    by: found.by,
    atMs: found.at.getTime(),
    reason: found.reason,
    revertOf: found.revertOf,
  };
}

export function createTenantSettingsStore(
  { act }: Connection,
  { tenantSettings }: Models,
): TenantSettingsStore {
  const pageOf = (tenantId: string, before: number | null, limit: number) =>
    act(async () => {
      const those = { tenantId, ...(before === null ? {} : { number: trusted({ $lt: before }) }) };
      const found = await tenantSettings.find(those).sort({ number: -1 }).limit(limit).lean();
      return found.map(toVersion);
    });

  return {
    insert: (version) => act(() => isFirst(tenantSettings.insertOne(toDocument(version)))),
    findEach: (places) =>
      act(async () => {
        const found = await tenantSettings.find({ _id: trusted({ $in: places.map(placeOf) }) }).lean();
        return found.map(toVersion);
      }),
    findNewest: async (tenantId) => (await pageOf(tenantId, null, 1))[0] ?? null,
    page: pageOf,
  };
}
