/** `doublelock accounts`. */
import type { AddCommands } from './command-group.ts';
import { addInviteCommand } from './invite.ts';
import { operate, tenantsOf } from './operate.ts';
import { createTable, print } from './output.ts';

export const addAccountCommands: AddCommands = (program, readConfig) => {
  const accounts = program.command('accounts').description('the accounts in the store');
  accounts
    .command('list')
    .description('list them, tenant by tenant, with the ids that the log knows them by')
    .option('--tenant <id>', 'of this tenant alone')
    .action(({ tenant }: { tenant?: string }) =>
      operate(readConfig(), async (operation, config) => {
        const lines = createTable(['EMAIL', 'TENANT', 'ROLE', 'NAME', 'ID']);
        for await (const page of operation.listAccounts(tenantsOf(config, tenant)))
          print(
            ...lines(page.map(({ email, tenantId, role, name, id }) => [email, tenantId, role, name, id])),
          );
        print(...lines([]));
      }),
    );

  addInviteCommand(accounts, readConfig);

  accounts
    .command('unfreeze')
    .description(
      'let factors be changed again, after somebody reported a change and you have looked into it; the person signs in anew everywhere',
    )
    .argument('<email>', 'the address of the account')
    .action((email: string) =>
      operate(readConfig(), async (operation) => {
        const was = await operation.unfreeze(email);
        if (was === null) throw new Error(`no account has the address ${email}`);
        print(was ? `${email} may change its factors again, after a new sign-in` : `${email} was not frozen`);
      }),
    );
};
