/** Finds the keys that the file writes for an account or a tenant, which its defaults hide. */
import { COMPARED_DETAILS, type ComparedDetail } from '../../domain/administration/account-differences.ts';
import { SETTING_KEYS, SETTING_NAMES, type SettingName } from '../../domain/tenant-settings/settings.ts';
import { isMap, valueAt } from '../data.ts';

/** Details with another name in the file. */
const KEYS: Readonly<Partial<Record<ComparedDetail, string>>> = {
  givenName: 'given_name',
  familyName: 'family_name',
};

/** For each account of the file, in its order. */
export function statedDetails(data: unknown): readonly (readonly ComparedDetail[])[] {
  const accounts = valueAt(data, ['accounts']);
  return (Array.isArray(accounts) ? accounts : []).map((account) =>
    COMPARED_DETAILS.filter((detail) => isMap(account) && Object.hasOwn(account, keyOf(detail))),
  );
}

/** The key of a detail in the file. */
export function keyOf(detail: ComparedDetail): string {
  return KEYS[detail] ?? detail;
}

/** For each tenant of the file, in its order: the settings that the file writes, which the console cannot loosen. */
export function statedSettings(data: unknown): readonly (readonly SettingName[])[] {
  const tenants = valueAt(data, ['tenants']);
  return (Array.isArray(tenants) ? tenants : []).map((tenant) =>
    SETTING_NAMES.filter((name) => valueAt(tenant, SETTING_KEYS[name].split('.')) !== undefined),
  );
}
