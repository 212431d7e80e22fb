/** Checks that the settings of a tenant do not contradict each other. */
import { resolve } from 'node:path';
import type { MethodName } from '../../domain/methods/method.ts';
import { isReachedBySome } from '../../domain/policy/minimum.ts';
import {
  type GroupRule,
  type Minimum,
  requirementOf,
  ruleOf,
  strictest,
  strictestRequirement,
} from '../../domain/tenant.ts';
import { type Findings, quoted } from '../faults.ts';
import type { ConfigSketch } from '../schema/file.ts';
import { groupRules } from '../schema/tenant.ts';
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
    checkMinimum(tenant, index, context.availableMethods, findings);
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
  const { enforcement } = strictestRequirement({
    enforcement: settings.enforcement,
    minimum: 'any',
    groups: groupRules(settings.groups ?? {}),
  });
  const path = ['tenants', index, 'second_factor', 'methods'];
  if (enforcement !== 'off' && methods.length === 0) {
    findings.fault(path, `is empty, while enforcement is ${enforcement}: list a method, or set it off`);
  } else if (enforcement === 'required' && !methods.some((method) => available.includes(method))) {
    findings.fault(
      path,
      `none of ${methods.join(', ')} is in this release (it has ${available.join(', ')}), ` +
        `so that no member of ${id === undefined ? 'the tenant' : quoted(id)} could sign in`,
    );
  }
}

/** A minimum that no listed method reaches would let nobody in. */
function checkMinimum(
  { second_factor: settings }: TenantSketch,
  index: number,
  available: readonly MethodName[],
  findings: Findings,
): void {
  const { methods, minimum: own, groups } = settings ?? {};
  if (methods === undefined || own === undefined || groups === undefined) return;
  const path = ['tenants', index, 'second_factor'];
  const refuse = (minimum: Minimum, at: readonly (string | number)[]) => {
    const usable = methods.filter((method) => available.includes(method));
    if (minimum === 'any' || isReachedBySome(minimum, usable)) return;
    findings.fault(at, `is ${minimum}, and no method of the list reaches it: ${REMEDY[minimum]}`);
  };
  refuse(own, [...path, 'minimum']);
  for (const [group, rule] of Object.entries(groupRules(groups)))
    refuse(requirementOf(rule).minimum, [...path, 'groups', group, 'minimum']);
}

const REMEDY: Readonly<Record<Exclude<Minimum, 'any'>, string>> = {
  mfa: 'list totp, sms or passkey among the methods',
  phr: 'list passkey among the methods',
};

function checkGroups({ id, second_factor: settings }: TenantSketch, findings: Findings): void {
  const { enforcement, minimum, groups } = settings ?? {};
  if (enforcement === undefined || minimum === undefined) return;
  const own = { enforcement, minimum };
  for (const [group, rule] of Object.entries(groupRules(groups ?? {}))) {
    const together = strictest(own, requirementOf(rule));
    if (together.enforcement !== enforcement || together.minimum !== minimum) continue;
    findings.warn(
      `tenant ${quoted(id ?? '')}: the group ${quoted(group)} has enforcement ${inWords(rule)}, ` +
        `which is no stricter than the tenant's own (${inWords(ruleOf(own))}) and changes nothing`,
    );
  }
}

function inWords(rule: GroupRule): string {
  return typeof rule === 'string' ? rule : `${rule.enforcement} with minimum ${rule.minimum}`;
}
