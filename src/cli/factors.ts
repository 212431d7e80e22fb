/** `doublelock factors`. */
import { createInterface } from 'node:readline/promises';
import type { Operation } from '../compose/operator/operation.ts';
import type { FactorSummary } from '../domain/enrolment/enrolment.ts';
import type { AddCommands } from './command-group.ts';
import { operate } from './operate.ts';
import { print, printJson, table, timeOf } from './output.ts';

export const addFactorCommands: AddCommands = (program, readConfig) => {
  const factors = program.command('factors').description('the second factors of an account');
  factors
    .command('list')
    .description('list what is set up')
    .argument('<email>', 'the address of the account')
    .option('--json', 'as one JSON list')
    .action((email: string, { json }: { json?: true }) =>
      operate(readConfig(), async (operation) => {
        const found = await factorsOf(operation, email);
        if (json) printJson(found.map(objectOf));
        else print(...table(FACTOR_COLUMNS, found.map(factorRow)));
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
      operate(readConfig(), async (operation) => {
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
};

async function factorsOf(operation: Operation, email: string): Promise<FactorSummary[]> {
  const found = await operation.listFactors(email);
  if (found === null) throw new Error(`no account has the address ${email}`);
  return found;
}

async function isConfirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Error('no terminal to ask at: say --yes to remove without being asked');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Rejects when the person closes the terminal.
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

const FACTOR_COLUMNS = ['ID', 'METHOD', 'LABEL', 'APP', 'DEFAULT', 'SET UP'];

function factorRow({ id, method, label, app, isDefault, createdAt }: FactorSummary): string[] {
  return [id, method, label, app ?? '', isDefault ? 'yes' : '', timeOf(createdAt)];
}

function objectOf({ id, method, label, app, isDefault, createdAt }: FactorSummary) {
  return { id, method, label, app, is_default: isDefault, created_at: timeOf(createdAt) };
}

function nameOf({ id, method, label }: FactorSummary): string {
  return label === '' ? `${method} ${id}` : `${method} "${label}" ${id}`;
}
