/** Requests to reset second factors in SQLite. */
import type { ResetCase, ResetRequest, ResetStage, ResetStep } from '../../../domain/resets/reset-request.ts';
import type { ResetRequestStore } from '../../../ports/administration/reset-requests.ts';
import type { Database } from '../sqlite/database.ts';
import { insertInto } from '../sqlite/insertion.ts';

type Row = {
  id: string;
  account_id: string;
  tenant_id: string;
  reason: string;
  address: string;
  browser: string | null;
  created_at: number;
  expires_at: number;
  filed_by: string | null;
};

type StepRow = {
  request_id: string;
  stage: string;
  outcome: string;
  decided_by: string;
  note: string | null;
  at: number;
  due_at: number | null;
};

const COLUMNS = [
  'id',
  'account_id',
  'tenant_id',
  'reason',
  'address',
  'browser',
  'created_at',
  'expires_at',
  'filed_by',
] as const satisfies readonly (keyof Row)[];

const STEP_COLUMNS = [
  'request_id',
  'stage',
  'outcome',
  'decided_by',
  'note',
  'at',
  'due_at',
] as const satisfies readonly (keyof StepRow)[];

function toRow(request: ResetRequest): Row {
  return {
    id: request.id,
    account_id: request.accountId,
    tenant_id: request.tenantId,
    reason: request.reason,
    address: request.ip,
    browser: request.browser,
    created_at: request.createdAt,
    expires_at: request.expiresAt,
    filed_by: request.filedBy ?? null,
  };
}

function toStepRow(step: ResetStep): StepRow {
  return {
    request_id: step.requestId,
    stage: step.stage,
    outcome: step.outcome,
    decided_by: step.by,
    note: step.note,
    at: step.atMs,
    due_at: step.dueAt,
  };
}

function toStep(row: StepRow): ResetStep {
  return {
    requestId: row.request_id,
    stage: row.stage as ResetStage,
    outcome: row.outcome as ResetStep['outcome'],
    by: row.decided_by,
    note: row.note,
    atMs: row.at,
    dueAt: row.due_at,
  };
}

export function createResetRequestStore(database: Database): ResetRequestStore {
  const insert = database.statement(`${insertInto('reset_requests', COLUMNS)} ON CONFLICT DO NOTHING`);
  const find = database.statement<Row>('SELECT * FROM reset_requests WHERE id = :id');
  const newest = database.statement<Row>(
    `SELECT * FROM reset_requests WHERE account_id = :accountId ORDER BY created_at DESC, rowid DESC LIMIT 1`,
  );
  const page = database.statement<Row>(
    `SELECT * FROM reset_requests
      WHERE tenant_id = :tenantId
        AND (:before IS NULL OR created_at < :before OR (created_at = :before AND id > :id))
      ORDER BY created_at DESC, id LIMIT :limit`,
  );
  const stepsOf = database.statement<StepRow>(
    'SELECT * FROM reset_steps WHERE request_id = :id ORDER BY at, rowid',
  );
  const take = database.statement(`${insertInto('reset_steps', STEP_COLUMNS)} ON CONFLICT DO NOTHING`);
  const taken = database.statement<StepRow>(
    'SELECT * FROM reset_steps WHERE request_id = :requestId AND stage = :stage',
  );
  const due = database.statement<Pick<StepRow, 'request_id'>>(
    'SELECT request_id FROM reset_steps WHERE due_at <= :now ORDER BY due_at LIMIT :limit',
  );
  const settle = database.statement('UPDATE reset_steps SET due_at = NULL WHERE request_id = :requestId');

  function toCase(row: Row): ResetCase {
    return {
      id: row.id,
      accountId: row.account_id,
      tenantId: row.tenant_id,
      ...(row.filed_by !== null && { filedBy: row.filed_by }),
      reason: row.reason,
      ip: row.address,
      browser: row.browser,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
      steps: stepsOf.all({ id: row.id }).map(toStep),
    };
  }

  return {
    insert: (request) => database.write(() => insert.run(toRow(request)) === 1),
    find: (id) =>
      database.act(() => {
        const row = find.get({ id });
        return row ? toCase(row) : null;
      }),
    findNewest: (accountId) =>
      database.act(() => {
        const row = newest.get({ accountId });
        return row ? toCase(row) : null;
      }),
    pageByTenant: (tenantId, after, limit) =>
      database.act(() => {
        const place = { before: after?.createdAt ?? null, id: after?.id ?? '' };
        return page.all({ tenantId, ...place, limit }).map(toCase);
      }),
    take: (step) =>
      database.write(() => {
        take.run(toStepRow(step));
        const row = taken.get({ requestId: step.requestId, stage: step.stage });
        return row ? toStep(row) : step;
      }),
    listDue: (now, limit) =>
      database.act(() => due.all({ now, limit }).map(({ request_id: requestId }) => requestId)),
    settle: (requestId) => database.write(() => void settle.run({ requestId })),
  };
}
