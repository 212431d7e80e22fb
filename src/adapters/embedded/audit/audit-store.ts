/** The audit trail in SQLite. */
import type { AuditFilter, AuditStore } from '../../../ports/stores.ts';
import type { Database, Statement, Values } from '../sqlite/database.ts';
import { insertInto } from '../sqlite/insertion.ts';
import { AUDIT_COLUMNS, type AuditRow, toAuditEvent, toAuditRow } from './audit-row.ts';
import { auditSearch } from './audit-search.ts';

export function createAuditStore(database: Database): AuditStore {
  const append = database.statement(`${insertInto('audit', AUDIT_COLUMNS)} ON CONFLICT DO NOTHING`);
  const place = database.statement<{ row: number }>('SELECT rowid AS row FROM audit WHERE id = :id');
  /** By their text. Combinations of conditions are a closed list. */
  const searches = new Map<string, Statement<AuditRow>>();

  function searchFor(filter: AuditFilter): Statement<AuditRow> {
    const sql = auditSearch(filter);
    const search = searches.get(sql) ?? database.statement<AuditRow>(sql);
    searches.set(sql, search);
    return search;
  }

  /** Lines of the same moment as a removed line are as old as it, and removed with it. */
  function valuesOf({ after, ...conditions }: AuditFilter): Values {
    const stated = Object.entries(conditions).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    const values: Values = Object.fromEntries(stated);
    if (!after) return values;
    return { ...values, afterAt: after.atMs, afterRow: place.get({ id: after.id })?.row ?? 0 };
  }

  return {
    append: (event) => database.write(() => append.run(toAuditRow(event)) > 0),
    appendAll: (events) => database.write(() => events.map((event) => append.run(toAuditRow(event)) > 0)),
    list: (filter) =>
      database.act(() => searchFor(filter).all(valuesOf(filter))).then((rows) => rows.map(toAuditEvent)),
  };
}
