/** Accounts in SQLite. An account with unreadable groups counts as absent, because a group may tighten its policy. */
import type { Account, Attributes, Locale, Role } from '../../domain/account.ts';
import { searchTextsOf } from '../../domain/administration/search-text.ts';
import { readJson, readObject } from '../../domain/json.ts';
import { readFormerEmails, readPendingEmail } from '../../domain/self-service/email-change.ts';
import type { AccountStore } from '../../ports/stores.ts';
import { SPELL } from './administration/spelling.ts';
import type { Database } from './sqlite/database.ts';
import { insertInto } from './sqlite/insertion.ts';
import { readStrings } from './sqlite/stored-json.ts';

export type { Row as AccountRow };

type Row = {
  id: string;
  tenant_id: string;
  email: string;
  email_confirmed: number;
  name: string;
  phone: string | null;
  role: string;
  groups: string;
  manages: string;
  locale: string | null;
  password_hash: string | null;
  created_at: number;
  frozen_at: number | null;
  held_at: number | null;
  given_name: string | null;
  family_name: string | null;
  username: string | null;
  /** JSON; null: none. */
  attributes: string | null;
  /** Null: as `created_at`. */
  updated_at: number | null;
  ends_before: number | null;
  notification_email: string | null;
  disabled_at: number | null;
  invited_at: number | null;
  mail_reset_at: number | null;
  enforcement: string | null;
  /** JSON, as the two below. Null: none. */
  pending_email: string | null;
  pending_notification_email: string | null;
  former_emails: string | null;
};

const COLUMNS = [
  'id',
  'tenant_id',
  'email',
  'email_confirmed',
  'name',
  'phone',
  'role',
  'groups',
  'manages',
  'locale',
  'password_hash',
  'created_at',
  'frozen_at',
  'held_at',
  'given_name',
  'family_name',
  'username',
  'attributes',
  'updated_at',
  'ends_before',
  'notification_email',
  'disabled_at',
  'invited_at',
  'mail_reset_at',
  'enforcement',
  'pending_email',
  'pending_notification_email',
  'former_emails',
] as const satisfies readonly (keyof Row)[];

/** The columns of `AccountChanges`, and the time of the change. */
const DETAILS = [
  'name',
  'given_name',
  'family_name',
  'username',
  'attributes',
  'role',
  'groups',
  'manages',
  'notification_email',
  'disabled_at',
  'invited_at',
  'mail_reset_at',
  'enforcement',
  'pending_email',
  'pending_notification_email',
  'updated_at',
] as const satisfies readonly (typeof COLUMNS)[number][];

function toRow(account: Account): Row {
  return {
    id: account.id,
    tenant_id: account.tenantId,
    email: account.email,
    email_confirmed: Number(account.emailConfirmed),
    name: account.name,
    phone: account.phone,
    role: account.role,
    groups: JSON.stringify(account.groups),
    manages: JSON.stringify(account.manages),
    locale: account.locale,
    password_hash: account.passwordHash,
    created_at: account.createdAt,
    frozen_at: account.frozenAt,
    held_at: account.heldAt,
    given_name: account.givenName,
    family_name: account.familyName,
    username: account.username,
    attributes: JSON.stringify(account.attributes),
    updated_at: account.updatedAt,
    ends_before: account.endsBefore,
    notification_email: account.notificationEmail,
    disabled_at: account.disabledAt,
    invited_at: account.invitedAt,
    mail_reset_at: account.mailResetAt,
    enforcement: account.enforcement,
    pending_email: account.pendingEmail && JSON.stringify(account.pendingEmail),
    pending_notification_email:
      account.pendingNotificationEmail && JSON.stringify(account.pendingNotificationEmail),
    former_emails: JSON.stringify(account.formerEmails),
  };
}

/** The texts that administrators search people by. */
type SearchRow = {
  search_name: string;
  search_family_name: string | null;
  search_email: string | null;
};

const SEARCH_COLUMNS = [
  'search_name',
  'search_family_name',
  'search_email',
] as const satisfies readonly (keyof SearchRow)[];

function toSearchRow(account: Account): SearchRow {
  const { name, familyName, email } = searchTextsOf(account);
  return { search_name: name, search_family_name: familyName, search_email: email };
}

function toAccount(row: Row | undefined): Account | null {
  if (!row) return null;
  const groups = readStrings(row.groups);
  const manages = readStrings(row.manages);
  if (!groups || !manages) return null;
  return {
    id: row.id,
    tenantId: row.tenant_id,
    email: row.email,
    emailConfirmed: row.email_confirmed === 1,
    name: row.name,
    givenName: row.given_name,
    familyName: row.family_name,
    username: row.username,
    attributes: (readObject(row.attributes ?? '{}') ?? {}) as Attributes,
    phone: row.phone,
    role: row.role as Role,
    groups,
    manages,
    locale: row.locale as Locale | null,
    passwordHash: row.password_hash,
    frozenAt: row.frozen_at,
    heldAt: row.held_at,
    endsBefore: row.ends_before,
    notificationEmail: row.notification_email,
    disabledAt: row.disabled_at,
    invitedAt: row.invited_at,
    mailResetAt: row.mail_reset_at,
    enforcement: row.enforcement === 'required' ? 'required' : null,
    pendingEmail: readPendingEmail(readJson(row.pending_email)),
    pendingNotificationEmail: readPendingEmail(readJson(row.pending_notification_email)),
    formerEmails: readFormerEmails(readJson(row.former_emails)),
    createdAt: row.created_at,
    updatedAt: row.updated_at ?? row.created_at,
  };
}

export function readableAccounts(rows: readonly Row[]): Account[] {
  return rows.map(toAccount).filter((account) => account !== null);
}

export function createAccountStore(database: Database): AccountStore {
  const insert = database.statement(
    `${insertInto('accounts', [...COLUMNS, ...SEARCH_COLUMNS])} ON CONFLICT DO NOTHING`,
  );
  const byId = database.statement<Row>('SELECT * FROM accounts WHERE id = :id');
  const byEmail = database.statement<Row>('SELECT * FROM accounts WHERE email = :email');
  const page = database.statement<Row>(
    'SELECT * FROM accounts WHERE tenant_id = :tenantId AND email > :after ORDER BY email LIMIT :limit',
  );
  const byRole = database.statement<Row>(
    'SELECT * FROM accounts WHERE tenant_id = :tenantId AND role = :role ORDER BY email',
  );
  const replaceHash = database.statement(
    'UPDATE accounts SET password_hash = :next WHERE id = :id AND password_hash IS :previous',
  );
  const updateDetails = database.statement(
    `UPDATE accounts SET ${DETAILS.map((column) => `${column} = :${column}`).join(', ')} WHERE id = :id`,
  );
  const replaceEmail = database.statement(
    `UPDATE OR IGNORE accounts SET email = :next, email_confirmed = 1, updated_at = :now, pending_email = NULL,
       former_emails = coalesce(:former, former_emails)
     WHERE id = :id AND email = :previous`,
  );
  const updateLocale = database.statement(
    'UPDATE accounts SET locale = :locale, updated_at = :now WHERE id = :id',
  );
  const confirm = database.statement(
    'UPDATE accounts SET email_confirmed = 1, updated_at = :now WHERE id = :id AND email = :email',
  );
  const updatePhone = database.statement(
    'UPDATE accounts SET phone = :phone, updated_at = :now WHERE id = :id',
  );
  const updateFrozen = database.statement(
    'UPDATE accounts SET frozen_at = :at WHERE id = :id AND (:at IS NULL OR frozen_at IS NULL)',
  );
  const updateHeld = database.statement(
    'UPDATE accounts SET held_at = :at WHERE id = :id AND (:at IS NULL OR held_at IS NULL)',
  );
  const endsBefore = database.statement<Pick<Row, 'ends_before'>>(
    'SELECT ends_before FROM accounts WHERE id = :id',
  );
  const raiseOne = database.statement(
    'UPDATE accounts SET ends_before = max(coalesce(ends_before, :at), :at) WHERE id = :id',
  );
  /** After a change of a name or of the address, within the act that changed it. */
  const spell = database.statement(`${SPELL} WHERE id = :id`);
  const raiseAll = database.statement(
    'UPDATE accounts SET ends_before = :at WHERE ends_before IS NULL OR ends_before < :at',
  );

  return {
    insert: (account) =>
      database.write(() => insert.run({ ...toRow(account), ...toSearchRow(account) }) === 1),
    findById: (id) => database.act(() => toAccount(byId.get({ id }))),
    findByEmail: (email) => database.act(() => toAccount(byEmail.get({ email }))),
    pageByTenant: (tenantId, after, limit) =>
      database.act(() => readableAccounts(page.all({ tenantId, after: after ?? '', limit }))),
    listByRole: (tenantId, role) => database.act(() => readableAccounts(byRole.all({ tenantId, role }))),
    replacePasswordHash: (id, previous, next) =>
      database.write(() => replaceHash.run({ id, previous, next }) === 1),
    update: (id, changes, now) =>
      database.write(() => {
        const account = toAccount(byId.get({ id }));
        if (account === null) return false;
        const row = toRow({ ...account, ...changes, updatedAt: now });
        const details = Object.fromEntries(DETAILS.map((column) => [column, row[column]]));
        updateDetails.run({ ...details, id });
        spell.run({ id });
        return true;
      }),
    replaceEmail: (id, previous, next, now, kept) =>
      database.write(() => {
        const former = kept ? JSON.stringify(kept) : null;
        const isReplaced = replaceEmail.run({ id, previous, next, now, former }) === 1;
        if (isReplaced) spell.run({ id });
        return isReplaced;
      }),
    setLocale: (id, locale, now) => database.write(() => void updateLocale.run({ id, locale, now })),
    confirmEmail: (id, email, now) => database.write(() => confirm.run({ id, email, now }) === 1),
    setPhone: (id, phone, now) => database.write(() => void updatePhone.run({ id, phone, now })),
    setFrozen: (id, at) => database.write(() => void updateFrozen.run({ id, at })),
    setHeld: (id, at) => database.write(() => void updateHeld.run({ id, at })),
    raiseEndsBefore: (id, at) =>
      database.write(() => {
        const before = endsBefore.get({ id })?.ends_before ?? null;
        raiseOne.run({ id, at });
        return before;
      }),
    raiseAllEndsBefore: (at) => database.write(() => void raiseAll.run({ at })),
  };
}
