/** `doublelock accounts create`, `update` and `set-password`. */
import { type Command, Option } from 'commander';
import { ROLES, type Role } from '../../domain/account.ts';
import type { PasswordFault } from '../../domain/password/fault.ts';
import type { AddCommands } from '../command-group.ts';
import { noAccount, operate, tenantsOf } from '../operate.ts';
import { print } from '../output.ts';
import { checked, DETAIL_TYPES, readPassword } from './typed.ts';

interface Details {
  readonly name?: string;
  readonly role?: Role;
  /** False: none. */
  readonly group?: readonly string[] | false;
  readonly manages?: readonly string[] | false;
  readonly phone?: string | false;
}

type CreateOptions = Details & {
  readonly tenant: string;
  readonly name: string;
  readonly passwordStdin?: true;
};

export const addAccountChanges: AddCommands = (accounts, readConfig) => {
  withDetails(
    accounts
      .command('create')
      .description('create an account; without a password its owner is to be invited')
      .argument('<email>', 'its address')
      .requiredOption('--tenant <id>', 'the tenant that it belongs to')
      .requiredOption('--name <name>', 'the name of the person'),
  )
    .option('--password-stdin', 'read the password from standard input')
    .action((email: string, { tenant, passwordStdin, ...options }: CreateOptions) =>
      operate(readConfig(), async (operation, config) => {
        const [tenantId = ''] = tenantsOf(config, tenant);
        const details = detailsOf(options);
        const { name = '', role = 'member', groups = [], manages = [], phone = null } = details;
        const password = passwordStdin ? await readPassword() : null;
        const nobody = { givenName: null, familyName: null, username: null };
        const wanted = { ...nobody, tenantId, name, role, groups, manages, phone };
        const address = checked('the address', DETAIL_TYPES.email, email);
        const created = await operation.accounts.create({ ...wanted, email: address }, password);
        if (created.kind === 'not_manager') throw notManager();
        if (created.kind === 'taken') throw new Error(`an account has the address ${email} already`);
        if (created.kind === 'password_refused') throw new Error(wordsOf(created.fault));
        const { account } = created;
        print(`${account.email} is created with the id ${account.id}`);
        if (password === null)
          print('It has no password: invite its owner with "doublelock accounts invite", or set one.');
      }),
    );

  withDetails(
    accounts
      .command('update')
      .description('change the details of an account; what is not named stays')
      .argument('<email>', 'the address of the account')
      .option('--name <name>', 'the name of the person'),
  )
    .option('--no-group', 'in no group any more')
    .option('--no-manages', 'manages no group any more')
    .option('--no-phone', 'without a telephone number')
    .action((email: string, options: Details) =>
      operate(readConfig(), async ({ accounts: people }) => {
        const changes = detailsOf(options);
        if (Object.keys(changes).length === 0)
          throw new Error('say what to change: --name, --role, --group, --manages or --phone');
        const updated = await people.update(email, changes);
        if (updated.kind === 'unknown') throw noAccount(email);
        if (updated.kind === 'not_manager') throw notManager();
        const { account } = updated;
        const groups = account.groups.join(', ') || 'none';
        print(`${account.email} is changed: role ${account.role}, groups ${groups}`);
      }),
    );

  accounts
    .command('set-password')
    .description('give an account a password; it is signed out everywhere, and its owner is told')
    .argument('<email>', 'the address of the account')
    .option('--stdin', 'read the password from standard input')
    .option('--generate', 'make one, and print it once')
    .action((email: string, { stdin, generate }: { stdin?: true; generate?: true }) =>
      operate(readConfig(), async ({ access, generatePassword }) => {
        if ((stdin === undefined) === (generate === undefined))
          throw new Error(
            'say --stdin or --generate: a password is no argument, which other programs can read',
          );
        const password = generate ? generatePassword() : await readPassword();
        const set = await access.setPassword(email, password);
        if (set === null) throw noAccount(email);
        if (!set.ok) throw new Error(wordsOf(set.fault));
        if (generate) print(password);
        else print(`${email} has a new password, and is signed out everywhere`);
      }),
    );
};

/** The details that `create` and `update` have in common. */
function withDetails(command: Command): Command {
  return command
    .addOption(new Option('--role <role>', 'what the person may do').choices(ROLES))
    .option('--group <name>', 'a group of the person; repeat it for each, and name all of them', collected)
    .option('--manages <group>', 'a group that a manager manages; repeat it for each', collected)
    .option('--phone <number>', 'the telephone number in E.164, such as +31612345678');
}

function collected(value: string, before: readonly string[] | false | undefined): readonly string[] {
  return [...(before || []), value];
}

/** Only those that were typed. */
function detailsOf({ name, role, group, manages, phone }: Details) {
  return {
    ...(name !== undefined && { name: checked('--name', DETAIL_TYPES.name, name) }),
    ...(role !== undefined && { role }),
    ...(group !== undefined && { groups: checked('--group', DETAIL_TYPES.groups, group || []) }),
    ...(manages !== undefined && { manages: checked('--manages', DETAIL_TYPES.groups, manages || []) }),
    ...(phone !== undefined && {
      phone: phone === false ? null : checked('--phone', DETAIL_TYPES.phone, phone),
    }),
  };
}

function notManager(): Error {
  return new Error('--manages is for the role manager: say --role manager too');
}

/** Why the rules refuse a password. */
function wordsOf(fault: PasswordFault): string {
  switch (fault.because) {
    case 'too_short':
      return `the password is too short: ${fault.minimum} characters at least`;
    case 'too_long':
      return `the password is too long: ${fault.maximum} characters at most`;
    case 'common':
      return 'many people use this password: choose another one';
    case 'breached':
      return 'the password is in the file of breached passwords: choose another one';
    case 'about_you':
      return 'the password is made of the name of its person, its workspace or the product';
  }
}
