/**
 * Creates the members of a file that an administrator sends, or tells what that would do. A file from a browser gives nobody a
 * password, a factor or a confirmed address: its sender could sign in as these people.
 */
import type { Account } from '../../../domain/account.ts';
import { AccountFileFault } from '../../../domain/account-row.ts';
import { mayGive, mayOpen, mayRegroup } from '../../../domain/administration/may-act.ts';
import { type Refusal, refused } from '../../../domain/refusal.ts';
import type { EventLog } from '../../../ports/events.ts';
import type { AccountStore } from '../../../ports/stores.ts';
import { createAccountTransfer, type RowResult, type TransferRow } from '../account-transfer.ts';
import type { AccountCreation } from '../accounts.ts';
import type { Seed } from '../seeding.ts';
import { isSeenBy, lineOfElsewhere } from './member-invitations.ts';

interface MemberFilesDeps {
  readonly accounts: Pick<AccountStore, 'findByEmail' | 'pageByTenant'>;
  readonly creation: Pick<AccountCreation, 'createWhole'>;
  /** The checked rows of a file. Throws an `AccountFileFault`. */
  readonly rowsOf: (file: Uint8Array, tenantId: string) => AsyncIterable<TransferRow>;
  readonly events: EventLog;
}

/** Faults of a row that have words of their own on the page. Any other one is a text. */
export const ROW_FAULTS = ['groups_not_managed', 'role_too_high', 'email_twice', 'email_elsewhere'] as const;
/** Details of a row that are left out. */
export const ROW_NOTES = ['secrets_left_out', 'confirmation_left_out'] as const;

export interface ReportRow {
  readonly line: number;
  readonly email: string | null;
  readonly outcome: RowResult['outcome'];
  readonly faults: readonly string[];
  readonly notes: readonly string[];
}

export interface FileReport {
  /** Whether nothing was created. */
  readonly isDryRun: boolean;
  readonly rows: readonly ReportRow[];
}

/** `detail`: the fault of the file, in English. Null where the refusal says it all. */
export type FileOutcome =
  | { readonly ok: true; readonly value: FileReport }
  | { readonly ok: false; readonly refusal: Refusal; readonly detail: string | null };

/** Rows of one file. More of them are for the command line. */
export const MOST_ROWS = 2000;
const LONGEST_DETAIL = 200;

export type MemberFiles = ReturnType<typeof createMemberFiles>;

export function createMemberFiles({ accounts, creation, rowsOf, events }: MemberFilesDeps) {
  /** Nothing is created from a file that can't be read to its end. */
  async function run(actor: Account, file: Uint8Array, isDryRun: boolean): Promise<FileOutcome> {
    if (!mayOpen(actor.role, 'invite')) return { ...refused({ code: 'forbidden' }), detail: null };
    const read = await readWhole(actor, file);
    if (!('rows' in read)) return read;
    const seed = async (account: Seed) => (await creation.createWhole(account, actor.id)).kind === 'created';
    const transfer = createAccountTransfer({ accounts, seed });
    const rows: ReportRow[] = [];
    for await (const result of transfer.importAccounts(each(read.rows), { isDryRun }))
      rows.push(await reportedTo(actor, result));
    if (rows.some(({ faults }) => faults.includes('email_elsewhere')))
      await events.append(lineOfElsewhere(actor));
    return { ok: true, value: { isDryRun, rows } };
  }

  async function readWhole(actor: Account, file: Uint8Array) {
    const rows: TransferRow[] = [];
    const emails = new Set<string>();
    try {
      for await (const row of rowsOf(file, actor.tenantId)) {
        if (rows.length === MOST_ROWS) return unreadable('file_too_long', null);
        rows.push(allowedTo(actor, row, emails));
      }
    } catch (error) {
      if (!(error instanceof AccountFileFault)) throw error;
      return unreadable('file_unreadable', error.message.slice(0, LONGEST_DETAIL));
    }
    return rows.length === 0 ? unreadable('file_missing', null) : { rows };
  }

  /** An address that the actor does not see looks the same in every tenant. */
  async function reportedTo(actor: Account, { at, email, outcome, faults, notes }: RowResult) {
    const row = { line: Number(/\d+/.exec(at)?.[0] ?? 0), email, outcome, faults, notes };
    if (outcome !== 'exists' || email === null) return row;
    const account = await accounts.findByEmail(email);
    if (!account || isSeenBy(actor, account)) return row;
    return { ...row, outcome: 'refused', faults: ['email_elsewhere'], notes: [] } as const;
  }

  return { run };
}

/** The row as this person may import it. */
function allowedTo(actor: Account, row: TransferRow, emails: Set<string>): TransferRow {
  if (!row.read.ok) return row;
  const { account } = row.read;
  const faults = [
    ...(mayRegroup(actor, [], account.groups) ? [] : ['groups_not_managed']),
    ...(account.role === 'member' || mayGive(actor, account.role) ? [] : ['role_too_high']),
    ...(emails.has(account.email) ? ['email_twice'] : []),
  ];
  emails.add(account.email);
  if (faults.length > 0) return { ...row, read: { ok: false, faults } };
  const hasSecrets = account.passwordHash !== null || account.password !== null || account.factors.length > 0;
  const notes = [
    ...row.notes,
    ...(hasSecrets ? ['secrets_left_out'] : []),
    ...(account.emailConfirmed ? ['confirmation_left_out'] : []),
  ];
  const bare = { passwordHash: null, password: null, factors: [], emailConfirmed: false };
  return { ...row, notes, read: { ok: true, account: { ...account, ...bare } } };
}

function unreadable(because: 'file_missing' | 'file_unreadable' | 'file_too_long', detail: string | null) {
  return { ...refused({ code: 'field_invalid', because }), detail };
}

async function* each(rows: readonly TransferRow[]): AsyncGenerator<TransferRow> {
  yield* rows;
}
