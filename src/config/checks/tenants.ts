/** Checks that the settings of a tenant do not contradict each other. */
import { resolve } from 'node:path';
import type { MethodName } from '../../domain/methods/method.ts';
import { ENFORCEMENTS, stricter } from '../../domain/tenant.ts';
import { type Findings, quoted } from '../faults.ts';
import type { ConfigSketch } from '../schema/file.ts';
import { groupEnforcements } from '../schema/tenant.ts';
import type { CheckContext } from './context.ts';
import { logoFault } from './logo.ts';

type TenantSketch = NonNullable<ConfigSketch['tenants']>[number];

export function checkTenants(file: ConfigSketch, context: CheckContext, findings: Findings): void {
  for (const [index, tenant] of (file.tenants ?? []).entries()) {
    const logo = tenant.brand?.logo;
    const fault = logo ? logoFault(resolve(context.folder, logo)) : null;
    if (fault !== null) findings.fault(['tenants', index, 'brand', 'logo'], fault);
    const colour = ['tenants', index, 'brand', 'colour'];
    if (tenant.brand?.colour === null && context.writtenAt(colour) === '') {
      findings.fault(colour, 'has no value: a colour needs quotes, because a bare # begins a comment');
    }
    checkMethods(tenant, index, context.availableMethods, findings);
    checkGroups(tenant, findings);
  }
}

/** A tenant that asks for a factor must offer a method. */
function checkMethods(
  { id, second_factor: settings }: TenantSketch,
  index: number,
  available: readonly MethodName[],
  findings: Findings,
): void {
  const methods = settings?.methods;
  if (methods === undefined || settings?.enforcement === undefined) return;
  const strictest = Object.values(groupEnforcements(settings.groups ?? {})).reduce(
    stricter,
    settings.enforcement,
  );
  const path = ['tenants', index, 'second_factor', 'methods'];
  if (strictest !== 'off' && methods.length === 0) {
    findings.fault(path, `is empty, while enforcement is ${strictest}: list a method, or set it off`);
  } else if (strictest === 'required' && !methods.some((method) => available.includes(method))) {
    findings.fault(
      path,
      `none of ${methods.join(', ')} is in this release (it has ${available.join(', ')}), ` +
        `so that no member of ${id === undefined ? 'the tenant' : quoted(id)} could sign in`,
    );
  }
}

function checkGroups({ id, second_factor: settings }: TenantSketch, findings: Findings): void {
  const enforcement = settings?.enforcement;
  if (enforcement === undefined) return;
  for (const [group, own] of Object.entries(groupEnforcements(settings?.groups ?? {}))) {
    if (ENFORCEMENTS.indexOf(own) > ENFORCEMENTS.indexOf(enforcement)) continue;
    findings.warn(
      `tenant ${quoted(id ?? '')}: the group ${quoted(group)} has enforcement ${own}, ` +
        `which is no stricter than the tenant's own (${enforcement}) and changes nothing`,
    );
  }
}
