/** Checks claims of the operator's own, and the APIs that accept our access tokens. */
import { isProductClaim } from '../../domain/claims.ts';
import { type Findings, quoted } from '../faults.ts';
import type { ConfigSketch } from '../schema/file.ts';

export function checkTokens(
  { claims = [], resource_servers: servers = [] }: ConfigSketch,
  findings: Findings,
) {
  const named = new Map<string, number>();
  for (const [index, { claim }] of claims.entries()) {
    if (claim === undefined) continue;
    const earlier = named.get(claim);
    const path = ['claims', index, 'claim'];
    if (isProductClaim(claim))
      findings.fault(path, `${quoted(claim)} is a claim that the product gives itself`);
    else if (earlier !== undefined)
      findings.fault(path, `the claim ${quoted(claim)} is that of claims[${earlier}] already`);
    else named.set(claim, index);
  }
  const identified = new Map<string, number>();
  for (const [index, { identifier }] of servers.entries()) {
    if (identifier === undefined) continue;
    const earlier = identified.get(identifier);
    const path = ['resource_servers', index, 'identifier'];
    if (earlier === undefined) identified.set(identifier, index);
    else findings.fault(path, `is the identifier of resource_servers[${earlier}] already`);
  }
}
