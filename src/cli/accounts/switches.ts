/** `doublelock accounts confirm-email`, `unlock`, `unfreeze`, `disable` and `enable`. */
import type { Operation } from '../../compose/operator/operation.ts';
import { OPERATOR } from '../../domain/resets/reset-request.ts';
import type { AddCommands } from '../command-group.ts';
import { noAccount, operate } from '../operate.ts';
import { print } from '../output.ts';

interface Switch {
  readonly name: string;
  readonly description: string;
  /** Gives lines for the operator. Null when there is no such account. */
  readonly act: (operation: Operation, email: string) => Promise<readonly string[] | null>;
}

const SWITCHES: readonly Switch[] = [
  {
    name: 'confirm-email',
    description: 'confirm the address of an account, which you know to reach its owner',
    act: async ({ accounts }, email) =>
      said(await accounts.confirmEmail(email), `${email} is confirmed`, `${email} was confirmed before`),
  },
  {
    name: 'unlock',
    description: 'end the waiting time of an account after wrong passwords or codes',
    act: async ({ access }, email) => {
      const unlocked = await access.unlock(email, OPERATOR);
      if (unlocked === null) return null;
      const { waited, refused } = unlocked;
      return [
        waited ? `${email} may try again at once` : `${email} was not locked`,
        ...refused.map(
          (method) =>
            `${method} stays refused after too many wrong codes in a row: "doublelock factors remove" lets its owner begin anew`,
        ),
      ];
    },
  },
  {
    name: 'unfreeze',
    description:
      'answer a report of a change or a removal, after you have looked into it: factors may be changed and the password alone may sign in again; the person signs in anew everywhere',
    act: async ({ access }, email) =>
      said(
        await access.unfreeze(email, OPERATOR),
        `${email} may change its factors again, after a new sign-in`,
        `${email} was not frozen`,
      ),
  },
  {
    name: 'disable',
    description: 'let nobody sign in to an account, and end all that was issued; nothing is deleted',
    act: async ({ access }, email) =>
      said(
        await access.disable(email, OPERATOR),
        `${email} is disabled, and signed out everywhere`,
        `${email} was disabled before`,
      ),
  },
  {
    name: 'enable',
    description: 'let the owner of a disabled account sign in again',
    act: async ({ access }, email) =>
      said(await access.enable(email, OPERATOR), `${email} may sign in again`, `${email} was not disabled`),
  },
];

export const addAccountSwitches: AddCommands = (accounts, readConfig) => {
  for (const { name, description, act } of SWITCHES)
    accounts
      .command(name)
      .description(description)
      .argument('<email>', 'the address of the account')
      .action((email: string) =>
        operate(readConfig(), async (operation) => {
          const lines = await act(operation, email);
          if (lines === null) throw noAccount(email);
          print(...lines);
        }),
      );
};

/** `null` when there is no such account, `wasDone` for an act that had nothing to do. */
function said(isNew: boolean | null, done: string, wasDone: string): readonly string[] | null {
  return isNew === null ? null : [isNew ? done : wasDone];
}
