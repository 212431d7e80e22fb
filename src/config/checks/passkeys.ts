/** Checks that browsers can create passkeys for the issuer. */
import type { MethodName } from '../../domain/methods/method.ts';
import { passkeySiteOf } from '../../domain/methods/webauthn.ts';
import { isReachedBySome } from '../../domain/policy/minimum.ts';
import { ENFORCEMENTS, strictestRequirement } from '../../domain/tenant.ts';
import { type Findings, quoted } from '../faults.ts';
import type { ConfigSketch } from '../schema/file.ts';
import { groupRules } from '../schema/tenant.ts';

/** Browsers bind a passkey to a domain name, and need TLS except on localhost (WebAuthn, 5.1.3). */
export function checkPasskeys(
  { issuer, tenants = [] }: ConfigSketch,
  available: readonly MethodName[],
  findings: Findings,
): void {
  if (!available.includes('passkey') || issuer === undefined || !URL.canParse(issuer)) return;
  if (passkeySiteOf(issuer) !== null) return;
  const missed: string[] = [];
  for (const [index, { id = '', second_factor: settings }] of tenants.entries()) {
    const { methods = [], enforcement: own = 'off', minimum: lowest = 'any', groups = {} } = settings ?? {};
    const asked = { enforcement: own, minimum: lowest, groups: groupRules(groups) };
    const { enforcement, minimum } = strictestRequirement(asked);
    if (enforcement === ENFORCEMENTS[0] || !methods.includes('passkey')) continue;
    missed.push(id);
    const others = methods.filter((name) => name !== 'passkey' && available.includes(name));
    if (enforcement !== 'required' || isReachedBySome(minimum, others)) continue;
    const path = ['tenants', index, 'second_factor'];
    if (others.length === 0) {
      findings.fault(
        [...path, 'methods'],
        `has nothing but passkeys, which no browser makes at ${issuer}: no member of ${quoted(id)} could sign in`,
      );
    } else {
      findings.fault(
        [...path, 'minimum'],
        `is ${minimum}, which passkeys alone reach here, and no browser makes them at ${issuer}: ` +
          `members of ${quoted(id)} could not sign in`,
      );
    }
  }
  if (missed.length > 0) {
    findings.warn(
      'passkeys need an issuer with a domain name, over https or at localhost: ' +
        `at ${issuer} they are not offered (tenants: ${missed.join(', ')})`,
    );
  }
}
