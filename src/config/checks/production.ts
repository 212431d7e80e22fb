/** What a development machine may do and a server that people rely on may not. */
import { valueAt } from '../data.ts';
import { readDocument } from '../document.ts';
import type { Findings } from '../faults.ts';
import { type ConfigSketch, sketchOf } from '../schema.ts';

/** `demo` is the text of the built-in demo file: everything secret in it is known to everybody. */
export function checkProduction(file: ConfigSketch, data: unknown, demo: string, findings: Findings): void {
  if (file.issuer?.startsWith('http:')) findings.fault(['issuer'], 'must begin with https:// in production');
  for (const kind of ['encryption', 'cookies', 'signing'] as const) {
    const pending = kind !== 'encryption' && file.secrets?.[`${kind}_file`] !== undefined;
    if (file.secrets?.[kind]?.length === 0 && !pending) {
      findings.fault(['secrets', kind], 'is required in production');
    }
  }
  checkOutbox(file, data, findings);
  checkPublished(file, demo, findings);
  checkDemoPages(file, findings);
}

/** The outbox shows every code to whoever opens it. Left out, there is no delivery, and that is only worth a word. */
function checkOutbox(file: ConfigSketch, data: unknown, findings: Findings): void {
  for (const section of ['mail', 'sms'] as const) {
    if (valueAt(data, [section, 'transport']) === 'outbox') {
      findings.fault([section, 'transport'], 'outbox is for development alone');
    }
  }
  if (valueAt(data, ['mail', 'transport']) === undefined && file.mail?.transport === 'outbox') {
    findings.warn('mail has no transport: nothing is mailed to anybody');
  }
}

function checkPublished(file: ConfigSketch, demo: string, findings: Findings): void {
  const published = sketchOf(readDocument(demo).data);
  const clientSecrets = new Set(published.clients?.map((client) => client.client_secret));
  const passwords = new Set(published.accounts?.map((account) => account.password));
  const factors = new Set(published.accounts?.flatMap((account) => totpSecrets(account)));
  for (const [index, { client_secret: secret }] of (file.clients ?? []).entries()) {
    if (secret !== undefined && clientSecrets.has(secret)) {
      findings.fault(['clients', index, 'client_secret'], 'is that of the demo, which everybody knows');
    }
  }
  for (const [index, account] of (file.accounts ?? []).entries()) {
    if (typeof account.password === 'string' && passwords.has(account.password)) {
      findings.fault(['accounts', index, 'password'], 'is that of the demo, which everybody knows');
    }
    if (totpSecrets(account).some((secret) => factors.has(secret))) {
      findings.fault(['accounts', index, 'factors'], 'hold the secret of the demo, which everybody knows');
    }
  }
}

function totpSecrets(account: NonNullable<ConfigSketch['accounts']>[number]): string[] {
  return (account.factors ?? []).flatMap((factor) =>
    factor.method === 'totp' && factor.secret !== undefined ? [factor.secret.toUpperCase()] : [],
  );
}

function checkDemoPages({ issuer, clients }: ConfigSketch, findings: Findings): void {
  for (const [index, client] of (clients ?? []).entries()) {
    for (const [at, address] of (client.redirect_uris ?? []).entries()) {
      if (issuer !== undefined && address.startsWith(`${issuer}/demo`)) {
        findings.fault(['clients', index, 'redirect_uris', at], 'is a demo page, which production has not');
      }
    }
  }
}
