/** Checks that storage and secrets have the keys of their drivers, and no key that would be ignored. */

import { inspectSigningKey } from '../build/signing-key.ts';
import { valueAt } from '../data.ts';
import type { Findings } from '../faults.ts';
import { type ConfigSketch, isGiven } from '../schema/file.ts';

export function checkServer(file: ConfigSketch, data: unknown, findings: Findings): void {
  checkEnvironment(file, data, findings);
  checkPorts(file, findings);
  checkStorage(file, findings);
  checkSecrets(file, findings);
}

/** Development shows codes and passwords to every visitor, so nothing that others can reach becomes it by an omission. */
function checkEnvironment({ issuer, listen }: ConfigSketch, data: unknown, findings: Findings): void {
  if (valueAt(data, ['environment']) !== undefined) return;
  // A malformed issuer has a fault of its own.
  const isHttps = issuer?.startsWith('https:') && URL.parse(issuer)?.origin === issuer;
  const isReachable = listen?.host !== undefined && !LOOPBACK.test(listen.host);
  if (!isHttps && !isReachable) return;
  const reason = isHttps ? 'the issuer is https' : 'listen.host is not loopback';
  findings.fault(
    ['environment'],
    `is required, because ${reason}: write "environment: production", or "environment: development" for a trial`,
  );
}

/** RFC 5735, 3 and RFC 4291, 2.5.3. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

function checkPorts({ listen, metrics }: ConfigSketch, findings: Findings): void {
  if (isGiven(metrics?.port) && metrics?.port === listen?.port)
    findings.fault(['metrics', 'port'], 'is that of the pages: leave it out to have both there');
}

function checkStorage({ storage }: ConfigSketch, findings: Findings): void {
  const { accounts, short_lived: shortLived } = storage ?? {};
  const uri = isGiven(accounts?.uri) || isGiven(accounts?.uri_file);
  if (accounts?.driver === 'mongo' && !uri) {
    findings.fault(['storage', 'accounts', 'uri'], 'is required with the driver mongo');
  }
  if (accounts?.driver === 'embedded' && uri) {
    findings.fault(['storage', 'accounts', 'uri'], 'is for the driver mongo, and the driver is embedded');
  }
  const { uri: url, uri_file: addressFile, sentinel, cluster } = shortLived ?? {};
  const named = [url, addressFile, sentinel, cluster].filter(isGiven).length;
  if (shortLived?.driver === 'redis' && named !== 1) {
    findings.fault(['storage', 'short_lived'], 'the driver redis needs one of uri, sentinel and cluster');
  }
  if (shortLived?.driver === 'embedded' && named > 0) {
    findings.fault(['storage', 'short_lived'], 'names a server, and the driver is embedded');
  }
}

function checkSecrets({ secrets }: ConfigSketch, findings: Findings): void {
  const ids = new Set<unknown>();
  for (const [index, jwk] of (secrets?.signing ?? []).entries()) {
    const key = inspectSigningKey(jwk);
    if ('fault' in key) findings.fault(['secrets', 'signing', index], key.fault);
    if (jwk.kid !== undefined && ids.has(jwk.kid)) {
      findings.fault(['secrets', 'signing', index, 'kid'], 'is the id of another key too');
    }
    ids.add(jwk.kid);
  }
}
