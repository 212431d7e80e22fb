/** Deletes expired rows in small batches. Stores check expiry themselves, so this only keeps the files small. */
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { CAMPAIGN_KEPT_MS } from '../../domain/administration/campaign.ts';
import { RESET_KEPT_MS } from '../../domain/resets/reset-request.ts';
import type { Database } from './sqlite/database.ts';

/** Rows per act: some milliseconds of the event loop. */
const BATCH = 500;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface Rule {
  readonly table: string;
  readonly key: string;
  /** Which rows are of no use; `:before` is now less `keepMs`. */
  readonly where: string;
  readonly keepMs: number | 'audit';
}

const PROVIDER: Rule = { table: 'provider', key: 'rowid', where: 'expires_at <= :before', keepMs: 0 };

export const ACCOUNTS_RULES: readonly Rule[] = [
  { table: 'claims', key: 'key', where: 'expires_at <= :before', keepMs: 0 },
  { table: 'sign_in_records', key: 'rowid', where: 'expires_at <= :before', keepMs: 0 },
  { table: 'session_clients', key: 'rowid', where: 'expires_at <= :before', keepMs: 0 },
  { table: 'trusted_browsers', key: 'rowid', where: 'expires_at <= :before', keepMs: 0 },
  { table: 'reset_requests', key: 'rowid', where: 'created_at <= :before', keepMs: RESET_KEPT_MS },
  { table: 'reset_steps', key: 'rowid', where: 'at <= :before', keepMs: RESET_KEPT_MS },
  { table: 'campaigns', key: 'rowid', where: 'created_at <= :before', keepMs: CAMPAIGN_KEPT_MS },
  {
    table: 'campaign_recipients',
    key: 'campaign_id, account_id',
    where: 'created_at <= :before',
    keepMs: CAMPAIGN_KEPT_MS,
  },
  PROVIDER,
  // Delivery removes expired items itself, and counts them. This is for a server that sends none any more.
  { table: 'mail_outbox', key: 'rowid', where: 'expires_at <= :before', keepMs: HOUR_MS },
  { table: 'logout_outbox', key: 'rowid', where: 'expires_at <= :before', keepMs: HOUR_MS },
  // Seals stay: they tell what the removed lines were.
  { table: 'audit', key: 'rowid', where: 'at <= :before', keepMs: 'audit' },
  {
    table: 'audit_tallies',
    key: 'tenant_id, from_at, seal, event, method',
    where: 'from_at <= :before',
    keepMs: 'audit',
  },
  // Any typed address has a counter, real or not. Only windows of minutes are judged by it: a month is plenty.
  // Failures of a second factor are never forgotten by age (NIST SP 800-63B-4, 3.2.2).
  {
    table: 'lockout_failures',
    key: 'subject, bucket',
    where: `failed_at <= :before AND bucket = 'password'`,
    keepMs: 30 * DAY_MS,
  },
  {
    table: 'lockouts',
    key: 'subject',
    where: `locked_until <= :before
      AND NOT EXISTS (SELECT 1 FROM lockout_failures WHERE lockout_failures.subject = lockouts.subject)`,
    keepMs: 0,
  },
];

export const SHORT_LIVED_RULES: readonly Rule[] = [
  { table: 'progress', key: 'uid', where: 'expires_at <= :before', keepMs: 0 },
  { table: 'attempts', key: 'owner, counter, id', where: 'expires_at <= :before', keepMs: 0 },
  { table: 'rates', key: 'owner', where: 'expires_at <= :before', keepMs: 0 },
  { table: 'outbox', key: 'rowid', where: 'sent_at <= :before', keepMs: DAY_MS },
  PROVIDER,
];

/** Removes what is of no use at `now`, and audit events older than `auditRetentionMs`; gives the number of rows. */
export type Sweep = (now: number, auditRetentionMs: number) => Promise<number>;

export function createSweep(database: Database, rules: readonly Rule[]): Sweep {
  const deletions = rules.map(({ table, key, where, keepMs }) => ({
    keepMs,
    remove: database.statement(
      `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE ${where} LIMIT ${BATCH})`,
    ),
  }));

  return async (now, auditRetentionMs) => {
    let total = 0;
    for (const { keepMs, remove } of deletions) {
      const before = now - (keepMs === 'audit' ? auditRetentionMs : keepMs);
      let removed: number;
      do {
        removed = await database.act(() => remove.run({ before }));
        total += removed;
        await yieldToOthers();
      } while (removed === BATCH);
    }
    return total;
  };
}
