/** `doublelock accounts list` and `show`. */
import type { Person } from '../../use-cases/administration/roster.ts';
import type { AddCommands } from '../command-group.ts';
import { noAccount, operate, tenantsOf } from '../operate.ts';
import { createTable, print, printJson, printJsonList, printPart, table, timeOf } from '../output.ts';

interface ListOptions {
  readonly tenant?: string;
  readonly group?: string;
  readonly unprotected?: true;
  readonly locked?: true;
  readonly unconfirmed?: true;
  readonly json?: true;
}

export const addAccountLists: AddCommands = (accounts, readConfig) => {
  accounts
    .command('list')
    .description('list them, tenant by tenant, with the ids that the log knows them by; times are in UTC')
    .option('--tenant <id>', 'of this tenant alone')
    .option('--group <name>', 'of this group alone')
    .option('--unprotected', 'without a second factor, and not disabled')
    .option('--locked', 'that wait after too many wrong passwords or codes')
    .option('--unconfirmed', 'whose e-mail address is not confirmed')
    .option('--json', 'as one JSON list')
    .action(({ tenant, json, ...filter }: ListOptions) =>
      operate(readConfig(), async ({ roster }, config) => {
        const pages = roster.list(tenantsOf(config, tenant), filter);
        if (json) return printJsonList(pages, personObject);
        const lines = createTable(COLUMNS);
        for await (const page of pages) await printPart(lines(page.map(personRow)));
        await printPart(lines([]));
      }),
    );

  accounts
    .command('show')
    .description('show one account')
    .argument('<email>', 'the address of the account')
    .option('--json', 'as one JSON object')
    .action((email: string, { json }: { json?: true }) =>
      operate(readConfig(), async ({ roster }) => {
        const person = await roster.find(email);
        if (person === null) throw noAccount(email);
        if (json) printJson(personObject(person));
        else print(...table([], detailsOf(person)).slice(1));
      }),
    );
};

const COLUMNS = [
  'EMAIL',
  'TENANT',
  'ROLE',
  'NAME',
  'GROUPS',
  'FACTORS',
  'CONFIRMED',
  'GRACE UNTIL',
  'LOCKED UNTIL',
  'DISABLED',
  'ID',
];

function personRow({ account, factors, graceUntil, lockedUntil }: Person): string[] {
  const { email, tenantId, role, name, groups, emailConfirmed, disabledAt, id } = account;
  return [
    email,
    tenantId,
    role,
    name,
    groups.join(', '),
    factors.join(', '),
    yesOrNothing(emailConfirmed),
    timeOrNothing(graceUntil),
    timeOrNothing(lockedUntil),
    yesOrNothing(disabledAt !== null),
    id,
  ];
}

function personObject({ account, factors, graceUntil, lockedUntil }: Person) {
  const { id, email, name, tenantId, role, groups, emailConfirmed, disabledAt } = account;
  return {
    id,
    email,
    name,
    tenant: tenantId,
    role,
    groups,
    factors,
    email_confirmed: emailConfirmed,
    locked_until: lockedUntil === null ? null : timeOf(lockedUntil),
    grace_until: graceUntil === null ? null : timeOf(graceUntil),
    disabled: disabledAt !== null,
  };
}

function detailsOf({ account, factors, graceUntil, lockedUntil }: Person): string[][] {
  return [
    ['id', account.id],
    ['e-mail address', account.email],
    ['confirmed', account.emailConfirmed ? 'yes' : 'no'],
    ['name', account.name],
    ['tenant', account.tenantId],
    ['role', account.role],
    ['groups', account.groups.join(', ')],
    ['manages', account.manages.join(', ')],
    ['phone', account.phone ?? ''],
    ['language', account.locale ?? ''],
    ['password', account.passwordHash === null ? 'none: to be invited' : 'yes'],
    ['factors', factors.join(', ')],
    ['grace until', timeOrNothing(graceUntil)],
    ['locked until', timeOrNothing(lockedUntil)],
    ['changes of factors blocked since', timeOrNothing(account.frozenAt)],
    ['disabled since', timeOrNothing(account.disabledAt)],
    ['created', timeOf(account.createdAt)],
  ].filter(([, value]) => value !== '');
}

function timeOrNothing(atMs: number | null): string {
  return atMs === null ? '' : timeOf(atMs);
}

function yesOrNothing(isTrue: boolean): string {
  return isTrue ? 'yes' : '';
}
