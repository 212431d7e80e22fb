/** `doublelock audit`. */
import { InvalidArgumentError } from 'commander';
import { exportedLine } from '../domain/audit/exported-line.ts';
import { readReference } from '../domain/codes/reference.ts';
import type { AuditLine } from '../use-cases/administration/operation.ts';
import { addSealCommands } from './audit-seals.ts';
import type { AddCommands } from './command-group.ts';
import { operate, tenantsOf } from './operate.ts';
import { print, printJson, table, timeOf } from './output.ts';

export const addAuditCommands: AddCommands = (program, readConfig) => {
  const audit = program.command('audit').description('the audit trail');
  audit
    .command('list')
    .description('list the newest events first; times are in UTC')
    .option('--tenant <id>', 'of this tenant alone')
    .option('--account <email>', 'about this account alone')
    .option('--reference <text>', 'of the request with this support reference alone', parseReference)
    .option('--limit <number>', 'at most so many', parseLimit, 50)
    .option('--json', 'as one JSON list; "restore --since" reads one with --limit 999999')
    .action(({ tenant, account, reference, limit, json }: ListOptions) =>
      operate(readConfig(), async (operation, config) => {
        const [tenantId] = tenant === undefined ? [] : tenantsOf(config, tenant);
        const events = await operation.listAudit({ tenantId, email: account, reference, limit });
        if (events === null) throw new Error(`no account has the address ${account}`);
        if (json) printJson(events.map((line) => exportedLine(line, line.email)));
        else print(...table(EVENT_COLUMNS, events.map(eventRow)));
      }),
    );
  addSealCommands(audit, readConfig);
};

interface ListOptions {
  readonly tenant?: string;
  readonly account?: string;
  readonly reference?: string;
  readonly limit: number;
  readonly json?: true;
}

const EVENT_COLUMNS = [
  'TIME',
  'EVENT',
  'ACCOUNT',
  'TENANT',
  'METHOD',
  'ACTOR',
  'REASON',
  'CLIENT',
  'ADDRESS',
  'REFERENCE',
];

function eventRow(line: AuditLine): string[] {
  const { atMs, event, email, accountId, tenantId, method, actor, reason, clientId, ip, reference } = line;
  return [
    timeOf(atMs),
    event,
    ...[email ?? accountId, tenantId, method, actor, reason, clientId, ip, reference].map((one) => one ?? ''),
  ];
}

function parseReference(typed: string): string {
  const reference = readReference(typed);
  if (reference === null)
    throw new InvalidArgumentError('must be eight letters and digits, as the error page shows them.');
  return reference;
}

function parseLimit(typed: string): number {
  if (!/^[1-9]\d{0,5}$/.test(typed)) throw new InvalidArgumentError('must be a number from 1 to 999999.');
  return Number(typed);
}
