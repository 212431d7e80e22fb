/** `doublelock accounts apply`. */
import type { Operation } from '../../compose/operator/operation.ts';
import { keyOf } from '../../config/build/stated.ts';
import type { Config } from '../../config/shape.ts';
import type { Difference } from '../../use-cases/administration/reconciliation.ts';
import type { AddCommands } from '../command-group.ts';
import { operate } from '../operate.ts';
import { counted, createProgress, print, printJson } from '../output.ts';

interface Options {
  readonly yes?: true;
  readonly passwords: boolean;
  readonly json?: true;
}

export const addAccountApply: AddCommands = (accounts, readConfig) => {
  accounts
    .command('apply')
    .description(
      'show how the store differs from the accounts of the configuration, which never changes an existing one; details that the file does not write are not compared',
    )
    .option('--yes', 'change the store, and create what is missing')
    .option(
      '--no-passwords',
      'neither compare nor set passwords; each comparison takes the time of a sign-in',
    )
    .option('--json', 'as one JSON list')
    .action((options: Options) =>
      operate(readConfig(), async (operation, config) => {
        const differences = await differencesIn(operation, config, options);
        if (options.json) printJson(differences.map(differenceObject));
        else print(...differences.flatMap(linesOf));
        if (options.yes) await operation.reconciliation.apply(differences);
        if (!options.json) print(summaryOf(differences, options.yes === true));
      }),
    );
};

async function differencesIn(
  { reconciliation }: Operation,
  { accounts }: Config,
  { passwords: comparesPasswords }: Options,
): Promise<Difference[]> {
  const progress = createProgress('comparing');
  const found: Difference[] = [];
  let done = 0;
  for await (const { differences, compared } of reconciliation.compare(accounts, { comparesPasswords })) {
    found.push(...differences);
    done += compared;
    progress(done / accounts.length);
  }
  return found;
}

function linesOf({ wanted, stored, details, isElsewhere, hasOtherPassword }: Difference): string[] {
  if (stored === null) return [`${wanted.email}: not in the store`];
  return [
    `${wanted.email}:`,
    ...details.map((each) => `  ${keyOf(each.detail)}: ${shown(each.stored)} -> ${shown(each.stated)}`),
    ...(isElsewhere
      ? [`  tenant: ${stored.tenantId}, and ${wanted.tenantId} in the file: stays as it is`]
      : []),
    ...(hasOtherPassword ? ['  password differs'] : []),
  ];
}

function differenceObject({ wanted, stored, details, isElsewhere, hasOtherPassword }: Difference) {
  return {
    email: wanted.email,
    tenant: wanted.tenantId,
    missing: stored === null,
    details: details.map((each) => ({ key: keyOf(each.detail), stored: each.stored, file: each.stated })),
    other_tenant: isElsewhere,
    password_differs: hasOtherPassword,
  };
}

/** As one line of text. */
function shown(value: Difference['details'][number]['stored']): string {
  if (value === null) return 'none';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  return JSON.stringify(value);
}

function summaryOf(differences: readonly Difference[], isApplied: boolean): string {
  const { length } = differences;
  if (length === 0) return 'The store has the accounts of the configuration.';
  const what = counted(length, 'account');
  if (isApplied) return `${what} changed.`;
  const passwords = differences.filter(({ hasOtherPassword }) => hasOtherPassword).length;
  const signedOut =
    passwords === 0
      ? ''
      : ` ${counted(passwords, 'password')} would be set again, and signed out everywhere: --no-passwords leaves them.`;
  return `${what} to change: apply it with --yes.${signedOut}`;
}
