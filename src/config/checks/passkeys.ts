/** Checks that browsers can create passkeys for the issuer. */
import type { MethodName } from '../../domain/methods/method.ts';
import { passkeySiteOf } from '../../domain/methods/webauthn.ts';
import { ENFORCEMENTS, stricter } from '../../domain/tenant.ts';
import { type Findings, quoted } from '../faults.ts';
import type { ConfigSketch } from '../schema/file.ts';
import { groupEnforcements } from '../schema/tenant.ts';

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
    const { methods = [], enforcement = 'off', groups = {} } = settings ?? {};
    const strictest = Object.values(groupEnforcements(groups)).reduce(stricter, enforcement);
    if (strictest === ENFORCEMENTS[0] || !methods.includes('passkey')) continue;
    missed.push(id);
    if (strictest !== 'required' || methods.some((name) => name !== 'passkey' && available.includes(name)))
      continue;
    findings.fault(
      ['tenants', index, 'second_factor', 'methods'],
      `has nothing but passkeys, which no browser makes at ${issuer}: no member of ${quoted(id)} could sign in`,
    );
  }
  if (missed.length > 0) {
    findings.warn(
      'passkeys need an issuer with a domain name, over https or at localhost: ' +
        `at ${issuer} they are not offered (tenants: ${missed.join(', ')})`,
    );
  }
}
