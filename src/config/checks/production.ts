/** Checks the rules that hold in production only. */
import type { MethodName } from '../../domain/methods/method.ts';
import { requirementOf } from '../../domain/tenant.ts';
import { valueAt } from '../data.ts';
import type { Findings } from '../faults.ts';
import { type ConfigSketch, isGiven, sketchOf } from '../schema/file.ts';
import { groupRules } from '../schema/tenant.ts';
import { readDocument } from '../sources/document.ts';
import type { CheckContext } from './context.ts';
import { checkOpenLines } from './delivery.ts';

export function checkProduction(
  file: ConfigSketch,
  data: unknown,
  { demo, availableMethods }: CheckContext,
  findings: Findings,
): void {
  if (file.issuer?.startsWith('http:')) findings.fault(['issuer'], 'must begin with https:// in production');
  for (const kind of ['encryption', 'cookies', 'signing'] as const) {
    const pendingEnrolment = kind !== 'encryption' && file.secrets?.[`${kind}_file`] !== undefined;
    if (file.secrets?.[kind]?.length === 0 && !pendingEnrolment) {
      findings.fault(['secrets', kind], 'is required in production');
    }
  }
  if (!isGiven(file.metrics?.port))
    findings.warn('metrics has no port of its own: /metrics is beside the pages, for everybody to read');
  checkOutbox(data, findings);
  checkReach(file, data, availableMethods, findings);
  checkOpenLines(file, findings);
  checkPublished(file, demo(), findings);
  checkDemoPages(file, findings);
}

/** The outbox shows every code to every visitor. */
function checkOutbox(data: unknown, findings: Findings): void {
  for (const section of ['mail', 'sms'] as const) {
    if (valueAt(data, [section, 'transport']) === 'outbox') {
      findings.fault([section, 'transport'], 'outbox is for development alone');
    }
  }
}

/** Members must be able to receive the codes that they are asked for. */
function checkReach(
  { sms, tenants = [] }: ConfigSketch,
  data: unknown,
  available: readonly MethodName[],
  findings: Findings,
): void {
  const asking = tenants.filter(({ second_factor: settings }) =>
    [settings?.enforcement ?? 'optional', ...Object.values(groupRules(settings?.groups ?? {}))].some(
      (each) => requirementOf(each).enforcement !== 'off',
    ),
  );
  const listing = (method: MethodName) =>
    asking.filter(({ second_factor: settings }) => settings?.methods?.some((each) => each === method));
  const named = (some: typeof tenants) => some.map(({ id }) => id ?? '').join(', ');

  const proving = asking.filter(({ second_factor: settings }) => settings?.set_up_proof === 'email');
  const mailed = tenants.filter((tenant) => [...listing('email'), ...proving].includes(tenant));
  if (valueAt(data, ['mail', 'transport']) === undefined) {
    if (mailed.length > 0 && available.includes('email'))
      findings.fault(
        ['mail', 'transport'],
        `smtp is required: members are mailed codes (tenants: ${named(mailed)})`,
      );
    else findings.warn('mail has no transport: nothing is mailed to anybody');
  }
  if (!available.includes('sms') || listing('sms').length === 0) return;
  const lack = sms?.transport === 'outbox' ? 'has no transport' : 'lists no allowed_prefixes';
  if (sms?.transport === 'outbox' || sms?.allowed_prefixes?.length === 0)
    findings.warn(`sms ${lack}: the method sms is not offered (tenants: ${named(listing('sms'))})`);
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
    for (const [at, url] of (client.redirect_uris ?? []).entries()) {
      if (issuer !== undefined && url?.startsWith(`${issuer}/demo`)) {
        findings.fault(['clients', index, 'redirect_uris', at], 'is a demo page, which production has not');
      }
    }
  }
}
