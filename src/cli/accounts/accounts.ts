/** `doublelock accounts`. Each kind of act has its file in this folder. */
import type { AddCommands } from '../command-group.ts';
import { addAccountApply } from './apply.ts';
import { addAccountChanges } from './changes.ts';
import { addAccountFiles } from './files.ts';
import { addAccountInvitations } from './invite.ts';
import { addAccountLists } from './list.ts';
import { addAccountSwitches } from './switches.ts';

/** In the order in which the help lists them. Each gets the command `accounts` as its program. */
const PARTS: readonly AddCommands[] = [
  addAccountLists,
  addAccountChanges,
  addAccountSwitches,
  addAccountInvitations,
  addAccountApply,
  addAccountFiles,
];

export const addAccountCommands: AddCommands = (program, readConfig) => {
  const accounts = program.command('accounts').description('the accounts in the store');
  for (const addCommands of PARTS) addCommands(accounts, readConfig);
};
