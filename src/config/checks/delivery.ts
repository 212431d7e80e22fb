/** Checks that mail and SMS have the keys of their transports, and no key that would be ignored. */

import { isThisMachine, mailServerOf } from '../build/mail-server.ts';
import { valueAt } from '../data.ts';
import type { Findings } from '../faults.ts';
import { type ConfigSketch, isGiven } from '../schema/file.ts';
import { SMS_TRANSPORT_KEYS } from '../schema/sms.ts';

export function checkDelivery(file: ConfigSketch, data: unknown, findings: Findings): void {
  checkMail(file, findings);
  checkSms(file, data, findings);
}

function checkMail({ mail }: ConfigSketch, findings: Findings): void {
  const url = isGiven(mail?.url) || isGiven(mail?.url_file);
  if (mail?.transport === 'smtp' && !url)
    findings.fault(['mail', 'url'], 'is required with the transport smtp');
  if (mail?.transport === 'outbox' && url) {
    findings.fault(['mail', 'url'], 'is for the transport smtp, and the transport is outbox');
  }
}

function checkSms({ sms }: ConfigSketch, data: unknown, findings: Findings): void {
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
  if (sms.transport !== 'http') return;
  const request = JSON.stringify(['url', 'headers', 'body'].map((key) => valueAt(data, ['sms', key])));
  if (request.includes('{password}') && !has('password'))
    findings.fault(['sms', 'password'], 'is required: {password} stands in the request');
  if (sms.method === 'GET' && has('body')) findings.fault(['sms', 'body'], 'is not sent with GET');
  if (sms.method !== 'GET' && !has('body') && /xml$|plain$/.test(sms.content_type ?? ''))
    findings.fault(['sms', 'body'], `is required with the content type ${sms.content_type}`);
}

/** Codes must not travel unencrypted over a network. */
export function checkOpenLines({ mail, sms }: ConfigSketch, findings: Findings): void {
  const server = typeof mail?.url === 'string' ? mailServerOf(mail.url) : null;
  if (server?.tls === 'none' && !isThisMachine(server.host))
    findings.fault(['mail', 'url'], '?tls=none is for development alone');
  const host = URL.parse(sms?.url ?? '')?.hostname.replace(/^\[(.*)\]$/, '$1');
  if (sms?.url?.startsWith('http:') && host !== undefined && !isThisMachine(host))
    findings.warn('sms.url begins with http: whoever is on the way can read the codes');
  if (sms?.transport === 'smpp' && sms.tls === false && !isThisMachine(sms.host ?? ''))
    findings.warn('sms.tls is false: whoever is on the way can read the codes and the password');
}
