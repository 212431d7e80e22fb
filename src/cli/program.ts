/** The doublelock command: starts the server, checks a configuration, and serves the operator at the machine. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Command, InvalidArgumentError } from 'commander';
import { loadConfig, readEnvironment } from '../config/load.ts';
import type { Config } from '../config/shape.ts';
import type { FactorSummary } from '../domain/enrolment/enrolment.ts';
import { BUILT_METHODS } from '../domain/methods/index.ts';
import type { AuditLine } from '../use-cases/administration/operation.ts';
import { addKeyCommands } from './keys.ts';
import { operate as inStores, type Operation } from './operate.ts';
import { print, table, timeOf } from './output.ts';

export const program = new Command('doublelock')
  .description('An OpenID Connect provider with a second factor in its sign-in.')
  .version(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version)
  .showSuggestionAfterError(false)
  .addHelpText(
    'after',
    '\nThe configuration is the file that DOUBLELOCK_CONFIG names, else the built-in demo.',
  );

program
  .command('start')
  .description('start the server')
  .action(async () => {
    const { start } = await import('../compose/run.ts');
    await start();
  });

program
  .command('check-config')
  .description('list every fault of a configuration; nothing is started')
  .argument('[file]', 'the file to check, else the one that the server would read')
  .action((file: string | undefined) => {
    const { warnings } = readConfig(file);
    const name = file ?? (readEnvironment().DOUBLELOCK_CONFIG || 'the built-in demo configuration');
    print(`${name} is valid`, ...warnings.map((warning) => `warning: ${warning}`));
  });

const accounts = program.command('accounts').description('the accounts in the store');
accounts
  .command('list')
  .description('list them, tenant by tenant, with the ids that the log knows them by')
  .option('--tenant <id>', 'of this tenant alone')
  .action(({ tenant }: { tenant?: string }) =>
    operate(async (operation, config) => {
      const found = await operation.listAccounts(tenantsOf(config, tenant));
      print(
        ...table(
          ['EMAIL', 'TENANT', 'ROLE', 'NAME', 'ID'],
          found.map(({ email, tenantId, role, name, id }) => [email, tenantId, role, name, id]),
        ),
      );
    }),
  );

accounts
  .command('unfreeze')
  .description(
    'let factors be changed again, after somebody said “it was not me” and you have looked into it',
  )
  .argument('<email>', 'the address of the account')
  .action((email: string) =>
    operate(async (operation) => {
      const was = await operation.unfreeze(email);
      if (was === null) throw new Error(`no account has the address ${email}`);
      print(was ? `${email} may change its factors again` : `${email} was not frozen`);
    }),
  );

const factors = program.command('factors').description('the second factors of an account');
factors
  .command('list')
  .description('list what is set up')
  .argument('<email>', 'the address of the account')
  .action((email: string) =>
    operate(async (operation) => {
      print(...table(FACTOR_COLUMNS, (await factorsOf(operation, email)).map(factorRow)));
    }),
  );

factors
  .command('remove')
  .description('remove a factor of somebody who lost it; failed attempts are forgotten with it')
  .argument('<email>', 'the address of the account')
  .argument('[id]', 'the factor, as listed')
  .option('--all', 'every factor of the account')
  .option('--yes', 'do not ask')
  .action((email: string, id: string | undefined, { all, yes }: { all?: true; yes?: true }) =>
    operate(async (operation) => {
      if ((id === undefined) === (all === undefined))
        throw new Error('name one factor by its id, or say --all');
      const present = await factorsOf(operation, email);
      const chosen = present.filter((factor) => all || factor.id === id);
      if (chosen.length === 0)
        throw new Error(`${email} has no ${id === undefined ? 'factor' : `factor ${id}`}`);
      if (!yes && !(await isConfirmed(`Remove ${chosen.map(nameOf).join(', ')} of ${email}?`))) {
        throw new Error('nothing was removed');
      }
      const removed = (await operation.removeFactors(email, id === undefined ? 'all' : { id })) ?? [];
      print(...removed.map((factor) => `removed ${nameOf(factor)} of ${email}`));
    }),
  );

const audit = program.command('audit').description('the audit trail');
audit
  .command('list')
  .description('list the newest events first; times are in UTC')
  .option('--tenant <id>', 'of this tenant alone')
  .option('--account <email>', 'about this account alone')
  .option('--limit <number>', 'at most so many', parseLimit, 50)
  .action(({ tenant, account, limit }: { tenant?: string; account?: string; limit: number }) =>
    operate(async (operation, config) => {
      const [tenantId] = tenant === undefined ? [] : tenantsOf(config, tenant);
      const events = await operation.listAudit({ tenantId, email: account, limit });
      if (events === null) throw new Error(`no account has the address ${account}`);
      print(...table(EVENT_COLUMNS, events.map(eventRow)));
    }),
  );

addKeyCommands(program, () => readConfig());

function readConfig(file?: string): Config {
  return loadConfig({ file, env: readEnvironment(), cwd: process.cwd(), availableMethods: BUILT_METHODS });
}

function operate(act: (operation: Operation, config: Config) => Promise<void>): Promise<void> {
  return inStores(readConfig(), act);
}

function tenantsOf({ tenants }: Config, wanted: string | undefined): string[] {
  const ids = tenants.map(({ id }) => id).filter((id) => wanted === undefined || id === wanted);
  if (wanted !== undefined && ids.length === 0) throw new Error(`no tenant has the id ${wanted}`);
  return ids;
}

async function factorsOf(operation: Operation, email: string): Promise<FactorSummary[]> {
  const found = await operation.listFactors(email);
  if (found === null) throw new Error(`no account has the address ${email}`);
  return found;
}

async function isConfirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Error('no terminal to ask at: say --yes to remove without being asked');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Rejects when the terminal is closed instead.
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

const FACTOR_COLUMNS = ['ID', 'METHOD', 'LABEL', 'APP', 'DEFAULT', 'SET UP'];

function factorRow({ id, method, label, app, isDefault, createdAt }: FactorSummary): string[] {
  return [id, method, label, app ?? '', isDefault ? 'yes' : '', timeOf(createdAt)];
}

function nameOf({ id, method, label }: FactorSummary): string {
  return label === '' ? `${method} ${id}` : `${method} "${label}" ${id}`;
}

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
