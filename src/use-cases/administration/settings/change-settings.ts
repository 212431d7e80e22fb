/** An administrator changes the settings of the tenant: typed or reverted, looked at as a draft, and then applied. */
import type { Account } from '../../../domain/account.ts';
import { mayOpen } from '../../../domain/administration/may-act.ts';
import { isFactor } from '../../../domain/enrolment/enrolment.ts';
import type { MethodName } from '../../../domain/methods/method.ts';
import { accepted, type Outcome, type Refusal, refused } from '../../../domain/refusal.ts';
import type { Tenant } from '../../../domain/tenant.ts';
import { readDraft, type SettingsDraft } from '../../../domain/tenant-settings/draft.ts';
import {
  readTypedSettings,
  SETTING_FIELDS,
  type TypedSettings,
} from '../../../domain/tenant-settings/form.ts';
import {
  type ConfiguredSettings,
  changedSettings,
  effectiveSettings,
  fixedSettings,
  loosenedSettings,
  type SettingName,
  type StoredSettings,
  storedOf,
  type TenantSettings,
  vainBecause,
  withSettings,
} from '../../../domain/tenant-settings/settings.ts';
import type { SettingsVersion } from '../../../domain/tenant-settings/version.ts';
import type { DraftStore } from '../../../ports/administration/drafts.ts';
import type { TenantSettingsStore } from '../../../ports/administration/tenant-settings.ts';
import type { EventLog } from '../../../ports/events.ts';
import type { Clock, Random } from '../../../ports/system.ts';
import type { EffectiveTenants } from './effective-tenants.ts';

interface ChangeSettingsDeps {
  readonly effectiveTenants: EffectiveTenants;
  readonly tenantSettings: TenantSettingsStore;
  readonly drafts: DraftStore;
  /** The methods that can be used now. */
  readonly available: () => readonly MethodName[];
  /** Ends the trust in browsers where the tenant forbids it now. */
  readonly endTrust: (tenant: Tenant) => Promise<void>;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Pick<Random, 'id'>;
}

type Actor = Pick<Account, 'id' | 'tenantId' | 'role'>;

export interface CurrentSettings {
  readonly settings: TenantSettings;
  readonly configured: ConfiguredSettings;
  /** The settings that the configuration leaves no other value for. */
  readonly fixed: readonly SettingName[];
  /** The methods among which an administrator chooses. */
  readonly offered: readonly MethodName[];
  /** The number of the newest version. 0: nothing was changed in the console. */
  readonly version: number;
}

/** A draft with what it would change. */
export interface OpenDraft {
  readonly id: string;
  readonly revertOf: number | null;
  readonly before: TenantSettings;
  readonly after: TenantSettings;
  readonly changed: readonly SettingName[];
  readonly loosened: readonly SettingName[];
  /** Whether it loosens, and the tenant asks for two administrators. */
  readonly needsSecond: boolean;
}

export interface SettingsChange {
  readonly version: SettingsVersion;
  readonly changes: readonly {
    readonly name: SettingName;
    readonly from: TenantSettings[SettingName];
    readonly to: TenantSettings[SettingName];
  }[];
}

/** Milliseconds for which a draft waits. */
const DRAFT_MS = 60 * 60 * 1000;
const PAGE = 10;
/** Characters. */
const LONGEST_REASON = 500;

const FORBIDDEN = { code: 'forbidden' } as const;

export type ChangeSettings = ReturnType<typeof createChangeSettings>;

export function createChangeSettings(deps: ChangeSettingsDeps) {
  const { effectiveTenants, tenantSettings, drafts, available, events, clock, random } = deps;
  const mayChange = ({ role }: Actor) => mayOpen(role, 'security');
  const keyOf = ({ tenantId, id }: Actor) => JSON.stringify([tenantId, id]);

  async function current({ tenantId }: Actor): Promise<CurrentSettings> {
    await effectiveTenants.refresh();
    const configured = effectiveTenants.configured(tenantId);
    const newest = effectiveTenants.newest(tenantId);
    const choices = available().filter((method) => isFactor({ method }));
    const isAllowed = (method: MethodName) =>
      !configured.written.includes('methods') || configured.settings.methods.includes(method);
    return {
      settings: effectiveSettings(configured, newest?.settings ?? {}),
      configured,
      fixed: fixedSettings(configured),
      offered: choices.filter(isAllowed),
      version: newest?.number ?? 0,
    };
  }

  const storedAt = (tenantId: string): StoredSettings => effectiveTenants.newest(tenantId)?.settings ?? {};

  async function read(actor: Actor): Promise<Outcome<CurrentSettings>> {
    return mayChange(actor) ? accepted(await current(actor)) : refused(FORBIDDEN);
  }

  /** Keeps what was typed as the draft of this administrator. `base`: the version that the page has shown. */
  async function draft(actor: Actor, base: number, typed: TypedSettings): Promise<Outcome<null>> {
    if (!mayChange(actor)) return refused(FORBIDDEN);
    const now = await current(actor);
    const read = readTypedSettings(typed, { before: now.settings, fixed: now.fixed, offered: now.offered });
    if (!read.ok) return read;
    const wanted = read.value;
    const vain = refusalOfVain(wanted, now);
    if (vain) return refused(vain);
    const [loosens] = changedSettings(wanted, effectiveSettings(now.configured, wanted));
    if (loosens)
      return refused({ code: 'field_invalid', field: SETTING_FIELDS[loosens], setting: 'setting_fixed' });
    if (base !== now.version) return refused({ code: 'conflict' });
    await keep(actor, {
      base,
      settings: storedOf(now.configured, storedAt(actor.tenantId), wanted),
      revertOf: null,
    });
    return accepted(null);
  }

  /** The same for the settings of an earlier version. 0: the configuration alone. Null: there is no such version. */
  async function draftRevert(actor: Actor, number: number): Promise<Outcome<null> | null> {
    if (!mayChange(actor)) return refused(FORBIDDEN);
    const now = await current(actor);
    const [found] = number === 0 ? [] : await tenantSettings.findEach([{ tenantId: actor.tenantId, number }]);
    if (number !== 0 && !found) return null;
    const settings = found?.settings ?? {};
    const vain = refusalOfVain(effectiveSettings(now.configured, settings), now);
    if (vain) return refused(vain);
    await keep(actor, { base: now.version, settings, revertOf: number });
    return accepted(null);
  }

  /** Null where somebody could do what the settings ask. */
  function refusalOfVain(settings: TenantSettings, { fixed }: CurrentSettings): Refusal | null {
    const setting = vainBecause(settings, available());
    if (setting === null) return null;
    const field = fixed.includes('methods') ? 'minimum' : 'methods';
    return { code: 'field_invalid', field, setting };
  }

  async function keep(actor: Actor, made: Omit<SettingsDraft, 'id'>): Promise<void> {
    await drafts.put(keyOf(actor), { id: random.id(), ...made }, clock.now() + DRAFT_MS);
  }

  /** The draft of this administrator beside the settings of now. Null: there is none. */
  async function openDraft(actor: Actor): Promise<OpenDraft | null> {
    const kept = mayChange(actor) ? await keptBy(actor) : null;
    return kept && openedBeside(await current(actor), kept, actor);
  }

  async function keptBy(actor: Actor): Promise<SettingsDraft | null> {
    return readDraft(await drafts.find(keyOf(actor), clock.now()));
  }

  function openedBeside(
    { settings: before, configured }: CurrentSettings,
    kept: SettingsDraft,
    actor: Actor,
  ): OpenDraft {
    const after = effectiveSettings(configured, kept.settings);
    const loosened = loosenedSettings(before, after);
    return {
      id: kept.id,
      revertOf: kept.revertOf,
      before,
      after,
      changed: changedSettings(before, after),
      loosened,
      needsSecond: loosened.length > 0 && tenantOf(actor).secondFactor.resetApprovers > 1,
    };
  }

  /** Makes the draft the newest version. Null: it is gone. `draftId`: the one that the page has shown. */
  async function apply(
    actor: Actor,
    draftId: string,
    typedReason: string,
    ip: string,
  ): Promise<Outcome<SettingsVersion> | null> {
    if (!mayChange(actor)) return refused(FORBIDDEN);
    const kept = await keptBy(actor);
    if (!kept) return null;
    const now = await current(actor);
    if (kept.id !== draftId || kept.base !== now.version) return refused({ code: 'conflict' });
    const open = openedBeside(now, kept, actor);
    const reason = typedReason.trim();
    if (open.needsSecond) return refused({ code: 'forbidden', because: 'two_administrators' });
    if (reason.length > LONGEST_REASON || (open.loosened.length > 0 && reason === ''))
      return refused({ code: 'field_invalid', field: 'reason', setting: 'reason_missing' });
    const made: SettingsVersion = {
      tenantId: actor.tenantId,
      number: now.version + 1,
      settings: kept.settings,
      by: actor.id,
      atMs: clock.now(),
      reason: reason === '' ? null : reason,
      revertOf: kept.revertOf,
    };
    if (!(await tenantSettings.insert(made))) return refused({ code: 'conflict' });
    await effectiveTenants.refresh();
    await events.append({
      name: 'settings.changed',
      tenantId: actor.tenantId,
      actor: actor.id,
      reason: `version ${made.number}: ${open.changed.map((name) => SETTING_FIELDS[name]).join(', ')}`,
      ip,
    });
    await deps.endTrust(tenantOf(actor));
    await drafts.remove(keyOf(actor));
    return accepted(made);
  }

  function tenantOf({ tenantId }: Actor): Tenant {
    const found = effectiveTenants.tenants.find(({ id }) => id === tenantId);
    if (!found) throw new Error(`no tenant is called ${tenantId}`);
    return found;
  }

  /** The tenant as it would be with other settings. */
  const tenantWith = (actor: Actor, settings: TenantSettings) =>
    withSettings({ ...tenantOf(actor) }, settings);

  /** Versions before a number, newest first, each with what it changed. `older`: there are more. */
  async function history(
    actor: Actor,
    before: number | null,
  ): Promise<{ readonly changes: readonly SettingsChange[]; readonly older: number | null }> {
    if (!mayChange(actor)) return { changes: [], older: null };
    const configured = effectiveTenants.configured(actor.tenantId);
    const found = await tenantSettings.page(actor.tenantId, before, PAGE + 1);
    const changes = found.slice(0, PAGE).map((version, index) => {
      const from = effectiveSettings(configured, found[index + 1]?.settings ?? {});
      const to = effectiveSettings(configured, version.settings);
      const names = changedSettings(from, to);
      return { version, changes: names.map((name) => ({ name, from: from[name], to: to[name] })) };
    });
    return { changes, older: found.length > PAGE ? (changes.at(-1)?.version.number ?? null) : null };
  }

  return { read, draft, draftRevert, openDraft, apply, tenantWith, history };
}
