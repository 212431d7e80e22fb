/** `doublelock requests`. */
import type { Operation } from '../compose/operator/operation.ts';
import { OPERATOR } from '../domain/resets/reset-request.ts';
import type { ListedReset, ResetDecision } from '../use-cases/resets/decide.ts';
import type { AddCommands } from './command-group.ts';
import { operate, tenantsOf } from './operate.ts';
import { createTable, print, printJsonList, printPart, timeOf } from './output.ts';

interface ListOptions {
  readonly tenant?: string;
  readonly all?: true;
  readonly json?: true;
}

interface DecideOptions {
  readonly reason?: string;
  readonly override?: true;
}

export const addRequestCommands: AddCommands = (program, readConfig) => {
  const requests = program.command('requests').description('requests of people who lost their second factor');
  requests
    .command('list')
    .description('list those that wait, the newest first; times are in UTC')
    .option('--tenant <id>', 'of this tenant alone')
    .option('--all', 'those that were decided or have expired as well')
    .option('--json', 'as one JSON list')
    .action(({ tenant, all, json }: ListOptions) =>
      operate(readConfig(), async (operation, config) => {
        const pages = operation.resets.list(tenantsOf(config, tenant), all === true);
        if (json) return printJsonList(pages, objectOf);
        const lines = createTable(COLUMNS);
        for await (const page of pages) await printPart(lines(page.map(rowOf)));
        await printPart(lines([]));
      }),
    );

  requests
    .command('approve')
    .description(
      'remove every second factor of the person, after the cooling-off of the tenant; the person gets a link to set up a new one',
    )
    .argument('<id>', 'the request, as listed')
    .option('--reason <text>', 'why, for those who look at it later')
    .option('--override', 'as the only approver, where the tenant asks for two; needs --reason')
    .action((id: string, { reason, override }: DecideOptions) =>
      operate(readConfig(), async (operation) => {
        if (override && reason === undefined) throw new Error('--override needs a --reason');
        const decider = { by: OPERATOR, note: reason ?? null, isAlone: override === true };
        await tell(operation, id, await operation.resets.approve(id, decider));
      }),
    );

  requests
    .command('refuse')
    .description('leave the second factors as they are; the person is told')
    .argument('<id>', 'the request, as listed')
    .option('--reason <text>', 'why, for those who look at it later')
    .action((id: string, { reason }: DecideOptions) =>
      operate(readConfig(), async (operation) => {
        await tell(operation, id, await operation.resets.refuse(id, { by: OPERATOR, note: reason ?? null }));
      }),
    );
};

/** Throws one line for a decision that changed nothing. */
async function tell({ resets }: Operation, id: string, decision: ResetDecision): Promise<void> {
  switch (decision.kind) {
    case 'unknown':
      throw new Error(`no request has the id ${id}`);
    case 'own':
      throw new Error('nobody decides about their own account');
    case 'filer':
      throw new Error('nobody approves a request that they have filed');
    case 'late':
      throw new Error(`nothing was changed: the request is ${decision.state}`);
    case 'first-of-two':
      print(
        'noted as the first of two approvals: nothing is reset before the second one, or --override with --reason',
      );
      return;
    case 'decided': {
      const email = (await resets.find(id))?.account.email ?? '';
      print(sentenceOf(decision, email));
    }
  }
}

function sentenceOf(
  { state, effectAt }: Extract<ResetDecision, { readonly kind: 'decided' }>,
  email: string,
): string {
  if (state === 'refused') return `refused: the second factors of ${email} stay as they are`;
  if (effectAt !== null)
    return `approved: the second factors of ${email} are removed at ${timeOf(effectAt)}, unless the person cancels before`;
  return `approved: every second factor of ${email} was removed, and a link to set up a new one was mailed`;
}

const COLUMNS = ['ID', 'EMAIL', 'TENANT', 'STATE', 'REQUESTED', 'BROWSER', 'ADDRESS', 'REASON'];

function rowOf({ request, account, state }: ListedReset): string[] {
  const { id, tenantId, createdAt, browser, ip, reason } = request;
  return [id, account.email, tenantId, state, timeOf(createdAt), browser ?? '', ip, reason];
}

function objectOf({ request, account, state }: ListedReset) {
  const { id, tenantId, createdAt, expiresAt, browser, ip, reason, steps } = request;
  return {
    id,
    email: account.email,
    account_id: account.id,
    tenant: tenantId,
    state,
    reason,
    requested_at: timeOf(createdAt),
    expires_at: timeOf(expiresAt),
    browser,
    ip,
    steps: steps.map(({ stage, outcome, by, note, atMs, dueAt }) => {
      return { stage, outcome, by, note, at: timeOf(atMs), due_at: dueAt === null ? null : timeOf(dueAt) };
    }),
  };
}
