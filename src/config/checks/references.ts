/** Checks references between parts of the file, and values that must be unique. */
import { normaliseEmail } from '../../domain/account.ts';
import { type Findings, type Path, pathText, quoted } from '../faults.ts';
import type { ConfigSketch } from '../schema/file.ts';

export function checkReferences(file: ConfigSketch, findings: Findings): void {
  const tenants = (file.tenants ?? []).map(({ id }) => id);
  // People type the id of a tenant, so two ids must differ by more than capitals.
  once(
    tenants,
    (index) => ['tenants', index, 'id'],
    'tenant',
    (id) => id.toLowerCase(),
    findings,
  );
  once(
    (file.clients ?? []).map(({ client_id }) => client_id),
    (index) => ['clients', index, 'client_id'],
    'client',
    (id) => id,
    findings,
  );
  once(
    (file.accounts ?? []).map(({ email }) => email),
    (index) => ['accounts', index, 'email'],
    'e-mail address',
    normaliseEmail,
    findings,
  );
  once(
    (file.secrets?.encryption ?? []).map(({ id }) => id),
    (index) => ['secrets', 'encryption', index, 'id'],
    'key id',
    (id) => id,
    findings,
  );

  for (const [index, { tenant, email }] of (file.accounts ?? []).entries()) {
    if (tenant === undefined || tenants.includes(tenant)) continue;
    const who = email === undefined ? '' : `, named by ${quoted(email.trim())}`;
    findings.fault(['accounts', index, 'tenant'], `no tenant has the id ${quoted(tenant)}${who}`);
  }
  for (const [index, { tenant, client_id }] of (file.clients ?? []).entries()) {
    if (tenant === undefined || tenant === null || tenants.includes(tenant)) continue;
    const who = client_id === undefined ? '' : `, named by ${quoted(client_id)}`;
    findings.fault(['clients', index, 'tenant'], `no tenant has the id ${quoted(tenant)}${who}`);
  }
}

function once(
  ids: readonly (string | undefined)[],
  pathOf: (index: number) => Path,
  kind: string,
  spelling: (id: string) => string,
  findings: Findings,
): void {
  const first = new Map<string, number>();
  for (const [index, id] of ids.entries()) {
    if (id === undefined) continue;
    const earlier = first.get(spelling(id));
    if (earlier === undefined) {
      first.set(spelling(id), index);
    } else {
      const holder = pathText(pathOf(earlier).slice(0, -1));
      findings.fault(pathOf(index), `the ${kind} ${quoted(id.trim())} is that of ${holder} already`);
    }
  }
}
