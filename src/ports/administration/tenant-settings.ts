/**
 * The storage interface of the settings of tenants. A version is an insert under its tenant and its number, so that of two
 * administrators who save at once one gets the conflict. Nothing is changed or removed.
 */
import type { SettingsVersion, VersionPlace } from '../../domain/tenant-settings/version.ts';

export interface TenantSettingsStore {
  /** False when a version with this number exists; it stays as it is. */
  insert(version: SettingsVersion): Promise<boolean>;
  /** Those of these versions that exist, in one look and in any order. */
  findEach(places: readonly VersionPlace[]): Promise<SettingsVersion[]>;
  /** Null when nothing was changed in the console. */
  findNewest(tenantId: string): Promise<SettingsVersion | null>;
  /** Newest first, from the one before this number (null: from the newest), at most `limit`. */
  page(tenantId: string, before: number | null, limit: number): Promise<SettingsVersion[]>;
}
