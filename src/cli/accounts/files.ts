/** `doublelock accounts import` and `doublelock accounts export`. */
import { existsSync, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Option } from 'commander';
import { type Account, shownEmail } from '../../domain/account.ts';
import type { RowResult } from '../../use-cases/administration/account-transfer.ts';
import type { AddCommands } from '../command-group.ts';
import { tenantsOf } from '../operate.ts';
import { counted, createRowCount, print } from '../output.ts';

interface ImportOptions {
  readonly format: 'csv' | 'jsonl' | 'keycloak' | 'authelia';
  readonly tenant: string;
  readonly totp?: string;
  readonly yes?: true;
  readonly json?: true;
}

interface ExportOptions {
  readonly tenant: string;
  readonly format: 'csv' | 'jsonl';
}

export const addAccountFiles: AddCommands = (accounts, readConfig) => {
  accounts
    .command('import')
    .description(
      'create the accounts of a file that the store does not have; without --yes it only tells what it would do, row by row',
    )
    .argument('<file>', 'the file')
    .addOption(formatOption(['csv', 'jsonl', 'keycloak', 'authelia']))
    .requiredOption('--tenant <id>', 'the tenant of all these accounts')
    .option('--totp <file>', 'with authelia: the file of "authelia storage user totp export"')
    .option('--yes', 'do it')
    .option('--json', 'as lines of JSON, one for each row')
    .action(async (path: string, options: ImportOptions) => {
      const config = readConfig();
      const [tenantId = ''] = tenantsOf(config, options.tenant);
      const { format, totp = null, yes, json } = options;
      if (totp !== null && format !== 'authelia') throw new Error('--totp goes with --format authelia alone');
      for (const file of [path, ...(totp === null ? [] : [totp])]) expectFile(file);
      const { rowsOf, withAccountTransfer } = await import('../../compose/operator/account-transfer.ts');
      await withAccountTransfer(config, async ({ importAccounts }) => {
        const rows = rowsOf(config, { path, format, totpPath: totp }, tenantId);
        const report = createReport(json === true);
        for await (const result of importAccounts(rows, { isDryRun: yes !== true })) report.row(result);
        report.end(yes !== true);
      });
    });

  accounts
    .command('export')
    .description('write the accounts of a tenant to standard output, without hashes and secrets')
    .requiredOption('--tenant <id>', 'the tenant')
    .addOption(formatOption(['csv', 'jsonl']))
    .action(async ({ tenant, format }: ExportOptions) => {
      const config = readConfig();
      const [tenantId = ''] = tenantsOf(config, tenant);
      const { withAccountTransfer, writerOf } = await import('../../compose/operator/account-transfer.ts');
      await withAccountTransfer(config, async ({ exportAccounts }) => {
        const objects = async function* () {
          for await (const account of exportAccounts(tenantId)) yield objectOf(account);
        };
        await pipeline(objects, writerOf(format), process.stdout, { end: false });
      });
    });
};

function formatOption(formats: readonly string[]): Option {
  return new Option('--format <format>', 'the kind of file').choices(formats).makeOptionMandatory();
}

function expectFile(path: string): void {
  if (!existsSync(path) || !statSync(path).isFile()) throw new Error(`there is no file ${path}`);
}

/** Prints what became of each row, and the counts at the end. Rows that went well are counted only. */
function createReport(asJson: boolean) {
  const counts = { created: 0, exists: 0, refused: 0, notes: 0 };
  const progress = createRowCount('rows');

  function row({ at, email, outcome, faults, notes }: RowResult): void {
    counts[outcome] += 1;
    if (outcome === 'created') counts.notes += notes.length;
    progress(counts.created + counts.exists + counts.refused);
    if (asJson) process.stdout.write(`${JSON.stringify({ at, email, outcome, faults, notes })}\n`);
    else if (outcome === 'refused') print(`${at}: ${faults.join('; ')}`);
    else if (outcome === 'created') for (const note of notes) print(`${at}: ${email}: ${note}`);
  }

  function end(isDryRun: boolean): void {
    const { created, exists, refused } = counts;
    const would = isDryRun ? 'would be created' : 'created';
    const words = `${counted(created, 'account')} ${would}, ${exists} in the store already, ${refused} refused`;
    if (asJson) process.stderr.write(`${words}\n`);
    else print(words, ...(isDryRun ? ['Nothing was changed: repeat it with --yes.'] : []));
    if (refused > 0) throw new Error(`${counted(refused, 'row')} could not be taken`);
  }

  return { row, end };
}

function objectOf(account: Account) {
  return {
    email: shownEmail(account.email),
    name: account.name,
    given_name: account.givenName,
    family_name: account.familyName,
    phone: account.phone,
    groups: account.groups,
    role: account.role,
    locale: account.locale,
    email_confirmed: account.emailConfirmed,
  };
}
