/** The tables of the two files. A migration is never changed once released: the next one is added below it. */

import { ADMINISTRATION, PEOPLE, RESET_REQUESTS } from './administration-schema.ts';
import { AUDIT_TRAIL } from './audit-trail.ts';
import { CAMPAIGNS } from './campaign-tables.ts';
import { TENANT_SETTINGS } from './tenant-settings-table.ts';

/**
 * The table of oidc-provider's payloads, in both files: durable models in one, short-lived models in the other.
 * `consumed` is a column of its own, so that consuming is one conditional write and a later upsert cannot undo it.
 */
const PROVIDER = `
  CREATE TABLE provider (
    model TEXT NOT NULL,
    id TEXT NOT NULL,
    payload TEXT NOT NULL,
    grant_id TEXT,
    uid TEXT,
    consumed INTEGER,
    expires_at INTEGER,
    PRIMARY KEY (model, id)
  ) STRICT;
  CREATE INDEX provider_by_grant ON provider (model, grant_id) WHERE grant_id IS NOT NULL;
  CREATE INDEX provider_by_uid ON provider (model, uid) WHERE uid IS NOT NULL;
  CREATE INDEX provider_by_expiry ON provider (expires_at) WHERE expires_at IS NOT NULL;
`;

// WITHOUT ROWID where rows are small and found by their key: one tree to write instead of two.
export const ACCOUNTS_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    email_confirmed INTEGER NOT NULL,
    name TEXT NOT NULL,
    phone TEXT,
    role TEXT NOT NULL,
    groups TEXT NOT NULL,
    manages TEXT NOT NULL,
    locale TEXT,
    password_hash TEXT,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX accounts_by_tenant ON accounts (tenant_id, email);

  CREATE TABLE enrolments (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    method TEXT NOT NULL,
    label TEXT NOT NULL,
    app TEXT,
    secret TEXT,
    last_step INTEGER,
    is_default INTEGER NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX enrolments_by_account ON enrolments (account_id, created_at);

  CREATE TABLE claims (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    expires_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX claims_by_expiry ON claims (expires_at) WHERE expires_at IS NOT NULL;

  CREATE TABLE lockouts (
    subject TEXT NOT NULL PRIMARY KEY,
    locked_until INTEGER NOT NULL,
    level INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX lockouts_by_end ON lockouts (locked_until);

  CREATE TABLE lockout_failures (
    subject TEXT NOT NULL,
    bucket TEXT NOT NULL,
    count INTEGER NOT NULL,
    failed_at INTEGER NOT NULL,
    PRIMARY KEY (subject, bucket)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX lockout_failures_by_age ON lockout_failures (failed_at);

  CREATE TABLE sign_in_records (
    session_uid TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL,
    proofs TEXT NOT NULL,
    at INTEGER NOT NULL,
    address TEXT NOT NULL,
    browser TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX sign_in_records_by_account ON sign_in_records (account_id, at);
  CREATE INDEX sign_in_records_by_expiry ON sign_in_records (expires_at);

  CREATE TABLE audit (
    id TEXT NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    account_id TEXT,
    tenant_id TEXT,
    client_id TEXT,
    method TEXT,
    reason TEXT,
    address TEXT
  ) STRICT;
  CREATE INDEX audit_by_age ON audit (at);
  CREATE INDEX audit_by_tenant ON audit (tenant_id, at);
  CREATE INDEX audit_by_account ON audit (account_id, at);
  ${PROVIDER}`,
  `
  ALTER TABLE accounts ADD COLUMN frozen_at INTEGER;
  ALTER TABLE sign_in_records ADD COLUMN trusted_browser_id TEXT;

  CREATE TABLE trusted_browsers (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL,
    browser TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    last_used_for TEXT,
    expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX trusted_browsers_by_account ON trusted_browsers (account_id, created_at);
  CREATE INDEX trusted_browsers_by_expiry ON trusted_browsers (expires_at);`,
  `
  CREATE TABLE encryption_keys (
    id TEXT NOT NULL PRIMARY KEY,
    digest_key TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    used_at INTEGER
  ) STRICT, WITHOUT ROWID;`,
  `
  ALTER TABLE trusted_browsers ADD COLUMN tenant_id TEXT NOT NULL DEFAULT '';
  UPDATE trusted_browsers
    SET tenant_id = coalesce((SELECT tenant_id FROM accounts WHERE accounts.id = account_id), '');`,
  `
  CREATE TABLE mail_outbox (
    id TEXT NOT NULL PRIMARY KEY,
    encrypted TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    is_leased INTEGER NOT NULL,
    lease INTEGER NOT NULL,
    put_offs INTEGER NOT NULL,
    lost_leases INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX mail_outbox_by_due ON mail_outbox (due_at);
  CREATE INDEX mail_outbox_by_expiry ON mail_outbox (expires_at);`,
  `
  ALTER TABLE accounts ADD COLUMN given_name TEXT;
  ALTER TABLE accounts ADD COLUMN family_name TEXT;
  ALTER TABLE accounts ADD COLUMN username TEXT;
  ALTER TABLE accounts ADD COLUMN attributes TEXT;
  ALTER TABLE accounts ADD COLUMN updated_at INTEGER;`,
  `
  CREATE INDEX accounts_by_role ON accounts (tenant_id, role, email) WHERE role <> 'member';
  CREATE INDEX trusted_browsers_by_tenant ON trusted_browsers (tenant_id);`,
  `
  CREATE TABLE session_clients (
    session_uid TEXT NOT NULL,
    client_id TEXT NOT NULL,
    sid TEXT NOT NULL,
    notice_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (session_uid, client_id, sid)
  ) STRICT;
  CREATE UNIQUE INDEX session_clients_by_notice ON session_clients (notice_id);
  CREATE INDEX session_clients_by_account ON session_clients (account_id);
  CREATE INDEX session_clients_by_expiry ON session_clients (expires_at);

  CREATE TABLE logout_outbox (
    id TEXT NOT NULL PRIMARY KEY,
    encrypted TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    is_leased INTEGER NOT NULL,
    lease INTEGER NOT NULL,
    put_offs INTEGER NOT NULL,
    lost_leases INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX logout_outbox_by_due ON logout_outbox (due_at);
  CREATE INDEX logout_outbox_by_expiry ON logout_outbox (expires_at);`,
  // \`rotations\` is JSON: times that are read with their browser, none of which is looked for.
  `
  ALTER TABLE trusted_browsers ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE trusted_browsers ADD COLUMN rotations TEXT NOT NULL DEFAULT '[]';`,
  `
  ALTER TABLE accounts ADD COLUMN ends_before INTEGER;`,
  // The claim is `EQUAL_EMAILS`. More bytes than characters: an address with a character beyond ASCII.
  `
  CREATE TEMP TABLE spellings AS
    SELECT id, email, normalised_email(email) AS spelling FROM accounts
    WHERE length(CAST(email AS BLOB)) > length(email);
  CREATE INDEX temp.spellings_by_spelling ON spellings (spelling);
  CREATE TEMP TABLE respelled AS
    SELECT id, spelling, (
      EXISTS (SELECT 1 FROM accounts WHERE accounts.email = mine.spelling)
      OR (SELECT count(*) FROM spellings AS others WHERE others.spelling = mine.spelling) > 1
    ) AS is_taken
    FROM spellings AS mine WHERE spelling <> email;
  CREATE INDEX temp.respelled_by_id ON respelled (id);
  UPDATE accounts SET email = (SELECT spelling FROM respelled WHERE respelled.id = accounts.id)
    WHERE id IN (SELECT id FROM respelled WHERE NOT is_taken);
  INSERT INTO claims (key, value, expires_at)
    SELECT 'equal-emails', json_group_array(id ORDER BY id), NULL FROM respelled WHERE is_taken HAVING count(*) > 0;
  DROP TABLE temp.respelled;
  DROP TABLE temp.spellings;`,
  `
  ALTER TABLE audit ADD COLUMN reference TEXT;
  CREATE INDEX audit_by_reference ON audit (reference) WHERE reference IS NOT NULL;`,
  `
  ALTER TABLE enrolments ADD COLUMN is_last_used INTEGER NOT NULL DEFAULT 0;`,
  `
  ALTER TABLE accounts ADD COLUMN notification_email TEXT;
  ALTER TABLE accounts ADD COLUMN disabled_at INTEGER;
  ALTER TABLE accounts ADD COLUMN invited_at INTEGER;
  ALTER TABLE accounts ADD COLUMN mail_reset_at INTEGER;`,
  `
  ALTER TABLE audit ADD COLUMN actor TEXT;
  ALTER TABLE accounts ADD COLUMN held_at INTEGER;`,
  `
  ALTER TABLE accounts ADD COLUMN pending_email TEXT;
  ALTER TABLE accounts ADD COLUMN pending_notification_email TEXT;
  ALTER TABLE accounts ADD COLUMN former_emails TEXT;
  ALTER TABLE sign_in_records ADD COLUMN last_used_at INTEGER;
  ALTER TABLE sign_in_records ADD COLUMN offline_clients TEXT;`,
  RESET_REQUESTS,
  PEOPLE,
  TENANT_SETTINGS,
  ADMINISTRATION,
  AUDIT_TRAIL,
  CAMPAIGNS,
];

export const SHORT_LIVED_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE progress (
    uid TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    account_id TEXT NOT NULL,
    proofs TEXT NOT NULL,
    pending TEXT,
    later INTEGER NOT NULL,
    keeps_auth_time INTEGER,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX progress_by_expiry ON progress (expires_at);

  CREATE TABLE attempts (
    owner TEXT NOT NULL,
    counter TEXT NOT NULL,
    id TEXT NOT NULL,
    bucket TEXT NOT NULL,
    at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (owner, counter, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX attempts_by_expiry ON attempts (expires_at);

  CREATE TABLE outbox (
    channel TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    sent_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX outbox_by_age ON outbox (sent_at);
  ${PROVIDER}`,
  // \`more\` is JSON: what is in a visit besides, none of which is looked for.
  `
  ALTER TABLE progress ADD COLUMN more TEXT;
  ALTER TABLE outbox ADD COLUMN html TEXT;`,
  `
  CREATE TABLE rates (
    owner TEXT NOT NULL PRIMARY KEY,
    since INTEGER NOT NULL,
    count INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX rates_by_expiry ON rates (expires_at);`,
  `
  ALTER TABLE outbox ADD COLUMN once_id TEXT;
  CREATE UNIQUE INDEX outbox_by_once_id ON outbox (once_id) WHERE once_id IS NOT NULL;`,
];
