/** A change of settings that its administrator looks at before it is applied. */
import { isObject } from '../json.ts';
import type { StoredSettings } from './settings.ts';
import { readStoredSettings } from './version.ts';

export interface SettingsDraft {
  /** Tells the draft that a page has shown from a later one of the same person. */
  readonly id: string;
  /** The number of the version that it changes. */
  readonly base: number;
  readonly settings: StoredSettings;
  /** The number of the version that comes back. Null: the settings were typed. */
  readonly revertOf: number | null;
}

/** Null for anything else than a draft. */
export function readDraft(stored: Readonly<Record<string, unknown>> | null): SettingsDraft | null {
  const { id, base, settings, revertOf } = stored ?? {};
  if (typeof id !== 'string' || typeof base !== 'number' || !isObject(settings)) return null;
  return {
    id,
    base,
    settings: readStoredSettings(settings),
    revertOf: typeof revertOf === 'number' ? revertOf : null,
  };
}
