/** Whether storage, delivery and secrets have what their drivers need, and nothing that would be ignored. */
import { valueAt } from '../data.ts';
import type { Findings } from '../faults.ts';
import { SMS_TRANSPORT_KEYS } from '../schema/delivery.ts';
import { type ConfigSketch, isGiven } from '../schema.ts';
import { inspectSigningKey } from '../signing-key.ts';

export function checkServer(file: ConfigSketch, data: unknown, findings: Findings): void {
  checkStorage(file, findings);
  checkDelivery(file, data, findings);
  checkSecrets(file, findings);
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
  const { uri: address, uri_file: addressFile, sentinel, cluster } = shortLived ?? {};
  const named = [address, addressFile, sentinel, cluster].filter(isGiven).length;
  if (shortLived?.driver === 'redis' && named !== 1) {
    findings.fault(['storage', 'short_lived'], 'the driver redis needs one of uri, sentinel and cluster');
  }
  if (shortLived?.driver === 'embedded' && named > 0) {
    findings.fault(['storage', 'short_lived'], 'names a server, and the driver is embedded');
  }
}

function checkDelivery({ mail, sms }: ConfigSketch, data: unknown, findings: Findings): void {
  const url = isGiven(mail?.url) || isGiven(mail?.url_file);
  if (mail?.transport === 'smtp' && !url)
    findings.fault(['mail', 'url'], 'is required with the transport smtp');
  if (mail?.transport === 'outbox' && url) {
    findings.fault(['mail', 'url'], 'is for the transport smtp, and the transport is outbox');
  }
  if (sms?.transport === undefined) return;
  const has = (key: string) => [key, `${key}_file`].some((name) => isGiven(valueAt(data, ['sms', name])));
  const { needed, allowed } = SMS_TRANSPORT_KEYS[sms.transport];
  const known: readonly string[] = [...needed, ...allowed];
  for (const key of needed.filter((one) => !has(one))) {
    findings.fault(['sms', key], `is required with the transport ${sms.transport}`);
  }
  const keys = new Set(Object.values(SMS_TRANSPORT_KEYS).flatMap((one) => [...one.needed, ...one.allowed]));
  for (const key of [...keys].filter((one) => has(one) && !known.includes(one))) {
    findings.fault(['sms', key], `is not for the transport ${sms.transport}`);
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
