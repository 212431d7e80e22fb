/** `doublelock audit`. */
import { InvalidArgumentError } from 'commander';
import type { AuditLine } from '../use-cases/administration/operation.ts';
import type { AddCommands } from './command-group.ts';
import { operate, tenantsOf } from './operate.ts';
import { print, table, timeOf } from './output.ts';

export const addAuditCommands: AddCommands = (program, readConfig) => {
  const audit = program.command('audit').description('the audit trail');
  audit
    .command('list')
    .description('list the newest events first; times are in UTC')
    .option('--tenant <id>', 'of this tenant alone')
    .option('--account <email>', 'about this account alone')
    .option('--limit <number>', 'at most so many', parseLimit, 50)
    .action(({ tenant, account, limit }: { tenant?: string; account?: string; limit: number }) =>
      operate(readConfig(), async (operation, config) => {
        const [tenantId] = tenant === undefined ? [] : tenantsOf(config, tenant);
        const events = await operation.listAudit({ tenantId, email: account, limit });
        if (events === null) throw new Error(`no account has the address ${account}`);
        print(...table(EVENT_COLUMNS, events.map(eventRow)));
      }),
    );
};

const EVENT_COLUMNS = ['TIME', 'EVENT', 'ACCOUNT', 'TENANT', 'METHOD', 'REASON', 'CLIENT', 'ADDRESS'];

function eventRow(line: AuditLine): string[] {
  const { atMs, event, email, accountId, tenantId, method, reason, clientId, ip } = line;
  return [
    timeOf(atMs),
    event,
    ...[email ?? accountId, tenantId, method, reason, clientId, ip].map((one) => one ?? ''),
  ];
}

function parseLimit(typed: string): number {
  if (!/^[1-9]\d{0,5}$/.test(typed)) throw new InvalidArgumentError('must be a number from 1 to 999999.');
  return Number(typed);
}
