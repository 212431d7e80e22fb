/** Opens the tenants of a configuration with their effective settings. */
import type { Config } from '../../config/shape.ts';
import {
  type EffectiveTenants,
  openEffectiveTenants,
} from '../../use-cases/administration/settings/effective-tenants.ts';
import type { Stores } from '../parts.ts';

export function effectiveTenantsOf(
  { tenants, writtenSettings }: Pick<Config, 'tenants' | 'writtenSettings'>,
  { tenantSettings }: Pick<Stores, 'tenantSettings'>,
): Promise<EffectiveTenants> {
  return openEffectiveTenants({ tenants, writtenSettings, tenantSettings });
}
