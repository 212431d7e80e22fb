/** Seals over the audit trail in SQLite. */
import { linesText, readSeal, type StoredSeal, sealText } from '../../../domain/audit/seal.ts';
import type { AuditSealStore, MarkedLine } from '../../../ports/administration/audit-seals.ts';
import type { Database } from '../sqlite/database.ts';
import { insertInto } from '../sqlite/insertion.ts';
import { type AuditRow, toAuditEvent } from './audit-row.ts';

type SealRow = { number: number; last_at: number; seal: string; lines: string | null };
type MarkedRow = AuditRow & { seal: number | null };
type TallyRow = { tenant_id: string; from_at: number; event: string; method: string; count: number };

function toSeal({ number, seal, lines }: SealRow): StoredSeal {
  return readSeal(number, seal, lines);
}

function toMarked(row: MarkedRow | undefined): MarkedLine | null {
  return row ? { line: toAuditEvent(row), seal: row.seal } : null;
}

export function createAuditSealStore(database: Database): AuditSealStore {
  const last = database.statement<SealRow>('SELECT * FROM audit_seals ORDER BY number DESC LIMIT 1');
  const page = database.statement<SealRow>(
    'SELECT * FROM audit_seals WHERE number > :after ORDER BY number LIMIT :limit',
  );
  const insert = database.statement(
    `${insertInto('audit_seals', ['number', 'last_at', 'seal', 'lines'])} ON CONFLICT DO NOTHING`,
  );
  const mark = database.statement(
    'UPDATE audit SET seal = :seal WHERE id IN (SELECT value FROM json_each(:ids)) AND seal IS NULL',
  );
  const count = database.statement(
    `${insertInto('audit_tallies', ['tenant_id', 'from_at', 'seal', 'event', 'method', 'count'])}
      ON CONFLICT DO NOTHING`,
  );
  const unsealed = database.statement<AuditRow>(
    `SELECT * FROM audit INDEXED BY audit_by_seal WHERE seal IS NULL AND at <= :until
      ORDER BY at, rowid LIMIT :limit`,
  );
  const marked = database.statement<AuditRow>(
    `SELECT * FROM audit INDEXED BY audit_by_seal WHERE seal = :seal AND id > :after ORDER BY id LIMIT :limit`,
  );
  const byId = database.statement<MarkedRow>('SELECT * FROM audit WHERE id = :id');
  const beyond = database.statement<MarkedRow>(
    'SELECT * FROM audit INDEXED BY audit_by_seal WHERE seal > :seal ORDER BY seal, at LIMIT 1',
  );
  const drop = database.statement(
    'UPDATE audit_seals SET lines = NULL WHERE last_at <= :until AND lines IS NOT NULL',
  );
  const tallies = database.statement<TallyRow>(
    `SELECT tenant_id, from_at, event, method, sum(count) AS count FROM audit_tallies
      WHERE tenant_id = :tenantId AND from_at >= :from GROUP BY tenant_id, from_at, event, method ORDER BY from_at`,
  );

  return {
    last: () =>
      database.act(() => {
        const found = last.get();
        return found ? toSeal(found) : null;
      }),
    page: (after, limit) => database.act(() => page.all({ after, limit }).map(toSeal)),
    insert: (seal) =>
      database.write(
        () =>
          insert.run({
            number: seal.number,
            last_at: seal.last.atMs,
            seal: sealText(seal),
            lines: seal.lines && linesText(seal.lines),
          }) > 0,
      ),
    complete: ({ number, lines, tallies: counted }) =>
      database.write(() => {
        mark.run({ seal: number, ids: JSON.stringify(lines?.map(({ id }) => id) ?? []) });
        for (const { tenantId, fromMs, event, method, count: times } of counted)
          count.run({ tenant_id: tenantId, from_at: fromMs, seal: number, event, method, count: times });
      }),
    unsealed: (until, limit) => database.act(() => unsealed.all({ until, limit }).map(toAuditEvent)),
    marked: (seal, after, limit) => database.act(() => marked.all({ seal, after, limit }).map(toAuditEvent)),
    find: (id) => database.act(() => toMarked(byId.get({ id }))),
    findBeyond: (seal) => database.act(() => toMarked(beyond.get({ seal }))),
    dropLists: (until) => database.write(() => void drop.run({ until })),
    talliesSince: (tenantId, from) =>
      database.act(() =>
        tallies
          .all({ tenantId, from })
          .map(({ tenant_id: tenant, from_at: fromMs, event, method, count: times }) => ({
            tenantId: tenant,
            fromMs,
            event,
            method,
            count: times,
          })),
      ),
  };
}
