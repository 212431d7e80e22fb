/** `doublelock accounts invite`. */
import { setTimeout as pause } from 'node:timers/promises';
import { clientNamesOf } from '../../compose/client-names.ts';
import type { Operation } from '../../compose/operator/operation.ts';
import type { Config } from '../../config/shape.ts';
import type { InvitationOutcome } from '../../use-cases/invitations/invite.ts';
import type { AddCommands } from '../command-group.ts';
import { noAccount, operate, tenantsOf } from '../operate.ts';
import { counted, createProgress, print, printJson } from '../output.ts';

interface InviteOptions {
  readonly tenant?: string;
  readonly client?: string;
  readonly again?: true;
  readonly json?: true;
}

interface Person {
  readonly id: string;
  readonly email: string;
}

/** Milliseconds between two mails: a mail server takes twenty in a second from one sender. */
const PACE_MS = 50;

/** The words of each outcome but `invited`. */
const WORDS: Readonly<Record<Exclude<InvitationOutcome, 'invited'>, string>> = {
  joined: 'has a password or a passkey already',
  disabled: 'is disabled or frozen, or its owner waits for an answer to a report',
  recent: 'was invited within a day: say --again for a newer invitation',
  uncertain: 'may not have got the mail of an interrupted run: say --again for a newer invitation',
  failed: 'was not mailed: the mail could not be handed over',
};

export const addAccountInvitations: AddCommands = (accounts, readConfig) => {
  accounts
    .command('invite')
    .description(
      'mail people who have no password yet a link to set one; it works for seven days, and a newer one ends it',
    )
    .argument('[emails...]', 'the addresses of their accounts')
    .option('--tenant <id>', 'everybody of this tenant who waits for an invitation')
    .option('--client <id>', 'the application to which they go on')
    .option('--again', 'also those who were invited within a day; one address by itself always is')
    .option('--json', 'as one JSON list')
    .action((emails: readonly string[], options: InviteOptions) =>
      operate(readConfig(), async (operation, config) => {
        const { tenant, client = null, again, json } = options;
        if (emails.length > 0 === (tenant !== undefined))
          throw new Error('name addresses, or a tenant with --tenant');
        if (client !== null) expectClient(config, client);
        const people =
          tenant === undefined
            ? await named(operation, config, emails, client)
            : await waitingOf(operation, config, tenant, client);
        const isAgain = again === true || emails.length === 1;
        const outcomes = await inviteAll(operation, people, { clientId: client, isAgain });
        report(people, outcomes, json === true);
      }),
    );
};

function expectClient(config: Config, id: string): void {
  if (!config.clients.some(({ clientId }) => clientId === id)) throw new Error(`no client has the id ${id}`);
  if (clientNamesOf(config.clients, config.issuer).linkOf(id) === null)
    throw new Error(`the client ${id} has no initiate_login_uri and no client_uri to go on to`);
}

function expectMember(config: Config, clientId: string | null, tenantId: string): void {
  const only = config.clients.find((client) => client.clientId === clientId)?.tenantId ?? null;
  if (only !== null && only !== tenantId)
    throw new Error(`the client ${clientId} takes members of the tenant ${only} alone`);
}

async function named(
  { roster }: Operation,
  config: Config,
  emails: readonly string[],
  clientId: string | null,
): Promise<readonly Person[]> {
  const people = new Map<string, Person>();
  for (const email of emails) {
    const person = await roster.find(email);
    if (person === null) throw noAccount(email);
    const { account } = person;
    expectMember(config, clientId, account.tenantId);
    people.set(account.id, account);
  }
  return [...people.values()];
}

async function waitingOf(
  { roster }: Operation,
  config: Config,
  tenant: string,
  clientId: string | null,
): Promise<readonly Person[]> {
  const people: Person[] = [];
  const ids = tenantsOf(config, tenant);
  for (const id of ids) expectMember(config, clientId, id);
  for await (const page of roster.list(ids, { waiting: true }))
    people.push(...page.map(({ account: { id, email } }) => ({ id, email })));
  return people;
}

async function inviteAll(
  { inviting }: Operation,
  people: readonly Person[],
  order: { readonly clientId: string | null; readonly isAgain: boolean },
): Promise<readonly InvitationOutcome[]> {
  const { invite } = await inviting();
  const progress = createProgress('invitations');
  const outcomes: InvitationOutcome[] = [];
  for (const { id } of people) {
    const outcome = await invite(id, order);
    outcomes.push(outcome);
    progress(outcomes.length / people.length);
    if (outcome === 'invited' && outcomes.length < people.length) await pause(PACE_MS);
  }
  return outcomes;
}

/** Throws one line when somebody was left without a mail. */
function report(people: readonly Person[], outcomes: readonly InvitationOutcome[], isJson: boolean): void {
  const all = people.map(({ email }, index) => ({ email, outcome: outcomes[index] ?? 'failed' }));
  const invited = all.filter(({ outcome }) => outcome === 'invited').length;
  if (isJson) printJson(all);
  else {
    for (const { email, outcome } of all) if (outcome !== 'invited') print(`${email} ${WORDS[outcome]}`);
    print(`invited ${counted(invited, 'account')} of ${people.length}`);
  }
  const lost = all.filter(({ outcome }) => outcome === 'failed' || outcome === 'uncertain').length;
  if (lost > 0) throw new Error(`${counted(lost, 'account')} may have got no mail`);
  if (people.length === 1 && invited === 0) throw new Error('nobody was invited');
}
