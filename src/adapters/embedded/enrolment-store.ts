/** Enrolments (second factors that are set up) in SQLite. */
import type { Enrolment } from '../../domain/enrolment/enrolment.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import type { EncryptedEnrolment, ReencryptableEnrolments } from '../../ports/keys.ts';
import type { Database } from './sqlite/database.ts';
import { insertInto } from './sqlite/insertion.ts';

type Row = {
  id: string;
  account_id: string;
  tenant_id: string;
  method: string;
  label: string;
  app: string | null;
  secret: string | null;
  last_step: number | null;
  is_default: number;
  created_at: number;
  suspended_at: number | null;
};

type FoundRow = Row & { is_last_used: number };

const COLUMNS = [
  'id',
  'account_id',
  'tenant_id',
  'method',
  'label',
  'app',
  'secret',
  'last_step',
  'is_default',
  'created_at',
  'suspended_at',
] as const satisfies readonly (keyof Row)[];

function toRow(enrolment: Enrolment): Row {
  return {
    id: enrolment.id,
    account_id: enrolment.accountId,
    tenant_id: enrolment.tenantId,
    method: enrolment.method,
    label: enrolment.label,
    app: enrolment.app,
    secret: enrolment.secret,
    last_step: enrolment.lastStep,
    is_default: Number(enrolment.isDefault),
    created_at: enrolment.createdAt,
    suspended_at: enrolment.suspendedAt ?? null,
  };
}

function toEnrolment(row: FoundRow): Enrolment {
  return {
    id: row.id,
    accountId: row.account_id,
    tenantId: row.tenant_id,
    // Also one this release does not know: an account with a factor must never look like one without.
    method: row.method as MethodName,
    label: row.label,
    app: row.app,
    secret: row.secret,
    lastStep: row.last_step,
    isDefault: row.is_default === 1,
    ...(row.is_last_used === 1 && { isLastUsed: true }),
    ...(row.suspended_at !== null && { suspendedAt: row.suspended_at }),
    createdAt: row.created_at,
  };
}

function toSealed(row: FoundRow): EncryptedEnrolment[] {
  const { id, accountId, tenantId, method, secret } = toEnrolment(row);
  return secret === null ? [] : [{ id, accountId, tenantId, method, secret }];
}

export function createEnrolmentStore(database: Database): ReencryptableEnrolments {
  const insert = database.statement(`${insertInto('enrolments', COLUMNS)} ON CONFLICT DO NOTHING`);
  const byAccount = database.statement<FoundRow>(
    'SELECT * FROM enrolments WHERE account_id = :accountId ORDER BY created_at, rowid',
  );
  const remove = database.statement('DELETE FROM enrolments WHERE id = :id AND account_id = :accountId');
  const raise = database.statement(
    'UPDATE enrolments SET last_step = :step WHERE id = :id AND (last_step IS NULL OR last_step < :step)',
  );
  // \`IS\`: where none is to be the default, it is false of all of them.
  const choose = database.statement(
    'UPDATE enrolments SET is_default = (id IS :id) WHERE account_id = :accountId',
  );
  const rename = database.statement(
    'UPDATE enrolments SET label = :label WHERE id = :id AND account_id = :accountId',
  );
  const suspend = database.statement(
    'UPDATE enrolments SET suspended_at = :at WHERE id = :id AND account_id = :accountId',
  );
  const use = database.statement(
    'UPDATE enrolments SET is_last_used = (id = :id) WHERE account_id = :accountId',
  );
  const page = database.statement<FoundRow>(
    'SELECT * FROM enrolments WHERE secret IS NOT NULL AND id > :after ORDER BY id LIMIT :limit',
  );
  const replace = database.statement(
    'UPDATE enrolments SET secret = :next WHERE id = :id AND secret = :previous',
  );

  return {
    insert: (enrolment) => database.write(() => insert.run(toRow(enrolment)) === 1),
    listByAccount: (accountId) => database.act(() => byAccount.all({ accountId }).map(toEnrolment)),
    remove: (accountId, id) => database.write(() => remove.run({ accountId, id }) === 1),
    raiseLastStep: (id, step) => database.write(() => void raise.run({ id, step })),
    setDefault: (accountId, id) => database.write(() => void choose.run({ accountId, id })),
    setLabel: (accountId, id, label) => database.write(() => rename.run({ accountId, id, label }) === 1),
    setSuspended: (accountId, id, at) => database.write(() => suspend.run({ accountId, id, at }) === 1),
    setLastUsed: (accountId, id) => database.write(() => void use.run({ accountId, id })),
    pageOfSecrets: (after, limit) =>
      database.act(() => page.all({ after: after ?? '', limit }).flatMap(toSealed)),
    replaceSecret: (id, previous, next) => database.write(() => replace.run({ id, previous, next }) === 1),
  };
}
