/** A version of the settings of a tenant. It is never changed: a revert is a new version. */
import { isObject } from '../json.ts';
import { isMethodName } from '../methods/method.ts';
import { ENFORCEMENTS, type Enforcement, MINIMUMS, type Minimum } from '../tenant.ts';
import type { SettingName, StoredSettings } from './settings.ts';

export interface SettingsVersion {
  readonly tenantId: string;
  /** 1 for the first change. 0 stands for the configuration alone, and is never stored. */
  readonly number: number;
  readonly settings: StoredSettings;
  /** The id of the account that made the change. */
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  /** Null where none was asked for. */
  readonly reason: string | null;
  /** The number of the version whose settings came back. Null for another change. */
  readonly revertOf: number | null;
}

/** A version of one tenant. */
export type VersionPlace = Pick<SettingsVersion, 'tenantId' | 'number'>;

const isText = (value: unknown) => typeof value === 'string' || value === null;
const isBoolean = (value: unknown) => typeof value === 'boolean';
const isEnforcement = (value: unknown): value is Enforcement => ENFORCEMENTS.includes(value as Enforcement);
const isMinimum = (value: unknown): value is Minimum => MINIMUMS.includes(value as Minimum);
const isGroupRule = (value: unknown) =>
  isEnforcement(value) || (isObject(value) && isEnforcement(value.enforcement) && isMinimum(value.minimum));

const IS_VALUE: Readonly<Record<SettingName, (value: unknown) => boolean>> = {
  enforcement: isEnforcement,
  minimum: isMinimum,
  methods: (value) => Array.isArray(value) && value.every(isMethodName),
  graceDays: (value) => typeof value === 'number' && value >= 0,
  groups: (value) => isObject(value) && Object.values(value).every(isGroupRule),
  trustedDevices: isBoolean,
  passkeySignIn: isBoolean,
  messageEn: isText,
  messageNl: isText,
  supportEmail: isText,
  supportUrl: isText,
};

/** Reads stored settings. A value that only a newer release knows is left out. */
export function readStoredSettings(stored: Readonly<Record<string, unknown>> | null): StoredSettings {
  const known = Object.entries(IS_VALUE).flatMap(([name, isValue]) => {
    const value = stored?.[name];
    return isValue(value) ? [[name, value]] : [];
  });
  return Object.fromEntries(known);
}
