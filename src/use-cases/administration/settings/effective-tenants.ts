/**
 * The tenants with their effective settings: the stricter of the configuration and the console. The objects stay the same,
 * and their settings follow the newest version that this process has seen. Decisions about accounts refresh them first, so
 * that a change acts at once on every instance.
 */
import type { Tenant } from '../../../domain/tenant.ts';
import {
  type ConfiguredSettings,
  effectiveSettings,
  type SettingName,
  settingsOf,
  withSettings,
} from '../../../domain/tenant-settings/settings.ts';
import type { SettingsVersion } from '../../../domain/tenant-settings/version.ts';
import type { TenantSettingsStore } from '../../../ports/administration/tenant-settings.ts';

interface EffectiveTenantsDeps {
  /** As the configuration says. */
  readonly tenants: readonly Tenant[];
  readonly writtenSettings: Readonly<Record<string, readonly SettingName[]>>;
  readonly tenantSettings: Pick<TenantSettingsStore, 'findNewest' | 'findEach'>;
}

export interface EffectiveTenants {
  /** The settings of each can change from one moment to the next. A decision copies its tenant. */
  readonly tenants: readonly Tenant[];
  /** Reads in one look the versions that were stored since the last one. */
  refresh(): Promise<void>;
  /** The settings of a tenant in the configuration. Throws for an unknown tenant. */
  configured(tenantId: string): ConfiguredSettings;
  /** The newest version that was seen. Null when nothing was changed in the console. */
  newest(tenantId: string): SettingsVersion | null;
}

interface State {
  readonly configured: ConfiguredSettings;
  version: SettingsVersion | null;
  effective: Tenant;
}

export async function openEffectiveTenants(deps: EffectiveTenantsDeps): Promise<EffectiveTenants> {
  const { tenantSettings } = deps;
  const states = new Map<string, State>();
  for (const tenant of deps.tenants) {
    const configured = { settings: settingsOf(tenant), written: deps.writtenSettings[tenant.id] ?? [] };
    states.set(tenant.id, { configured, version: null, effective: tenant });
  }

  const stateOf = (tenantId: string): State => {
    const state = states.get(tenantId);
    if (!state) throw new Error(`no tenant is called ${tenantId}`);
    return state;
  };

  /** An older version than the known one changes nothing: parallel looks may end in any order. */
  function take(version: SettingsVersion): void {
    const state = stateOf(version.tenantId);
    if (version.number <= (state.version?.number ?? 0)) return;
    state.version = version;
    state.effective = withSettings(state.effective, effectiveSettings(state.configured, version.settings));
  }

  const nextPlaces = () =>
    [...states].map(([tenantId, { version }]) => ({ tenantId, number: (version?.number ?? 0) + 1 }));

  async function refresh(): Promise<void> {
    for (;;) {
      const found = await tenantSettings.findEach(nextPlaces());
      if (found.length === 0) return;
      for (const version of found) take(version);
    }
  }

  for (const { id } of deps.tenants) {
    const version = await tenantSettings.findNewest(id);
    if (version) take(version);
  }
  return {
    tenants: deps.tenants.map((tenant) => liveTenant(tenant, stateOf(tenant.id))),
    refresh,
    configured: (tenantId) => stateOf(tenantId).configured,
    newest: (tenantId) => stateOf(tenantId).version,
  };
}

/** The getters are properties of the object itself, so that a copy has their values. */
function liveTenant(tenant: Tenant, state: State): Tenant {
  return {
    ...tenant,
    get support() {
      return state.effective.support;
    },
    get secondFactor() {
      return state.effective.secondFactor;
    },
  };
}
