/** The migrations of the accounts file for administrators: requests to reset factors, and lists of people. */

export const RESET_REQUESTS = `
  CREATE TABLE reset_requests (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    address TEXT NOT NULL,
    browser TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX reset_requests_by_account ON reset_requests (account_id, created_at);
  CREATE INDEX reset_requests_by_tenant ON reset_requests (tenant_id, created_at);
  CREATE INDEX reset_requests_by_age ON reset_requests (created_at);
  CREATE TABLE reset_steps (
    request_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    outcome TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    note TEXT,
    at INTEGER NOT NULL,
    due_at INTEGER,
    PRIMARY KEY (request_id, stage)
  ) STRICT;
  CREATE INDEX reset_steps_by_age ON reset_steps (at);
  CREATE INDEX reset_steps_due ON reset_steps (due_at) WHERE due_at IS NOT NULL;`;

/**
 * The summary of what an account has set up: its methods in the order of the alphabet, and the number of its factors. A
 * migration names the methods of its release: a further method that is no factor needs a migration with triggers anew.
 */
const summaryOf = (accountId: string) => `
  methods = (
    SELECT coalesce(group_concat(method, ' ' ORDER BY method), '')
    FROM (SELECT DISTINCT method FROM enrolments WHERE account_id = ${accountId})
  ),
  factors = (SELECT count(*) FROM enrolments WHERE account_id = ${accountId} AND method <> 'recovery')`;

/** The groups of a row of `accounts`. None where the JSON is malformed, since such an account counts as absent. */
const groupsIn = (row: string) => `
  json_each(CASE WHEN json_valid(${row}.groups) AND json_type(${row}.groups) = 'array' THEN ${row}.groups ELSE '[]' END)`;

/**
 * Columns and tables by which administrators list people. Triggers keep all but the search columns, whichever release
 * writes. Without `search_name` an account has a new name that nobody has spelled for searches yet: a trigger can't, since
 * an older release lacks the function for it.
 */
export const PEOPLE = `
  ALTER TABLE accounts ADD COLUMN factors INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE accounts ADD COLUMN methods TEXT NOT NULL DEFAULT '';
  ALTER TABLE accounts ADD COLUMN search_name TEXT;
  ALTER TABLE accounts ADD COLUMN search_family_name TEXT;
  ALTER TABLE accounts ADD COLUMN search_email TEXT;
  ALTER TABLE lockouts ADD COLUMN account_id TEXT;
  CREATE TABLE account_groups (
    tenant_id TEXT NOT NULL,
    group_name TEXT NOT NULL,
    email TEXT NOT NULL,
    PRIMARY KEY (tenant_id, group_name, email)
  ) STRICT, WITHOUT ROWID;

  UPDATE accounts SET ${summaryOf('accounts.id')}
    WHERE id IN (SELECT account_id FROM enrolments);
  UPDATE accounts SET search_name = search_text(name), search_family_name = search_text(family_name),
    search_email = search_email_text(email);
  INSERT OR IGNORE INTO account_groups (tenant_id, group_name, email)
    SELECT accounts.tenant_id, item.value, accounts.email FROM accounts, ${groupsIn('accounts')} AS item
    WHERE item.type = 'text';
  UPDATE lockouts SET account_id = substr(subject, length('second-factor:') + 1)
    WHERE substr(subject, 1, length('second-factor:')) = 'second-factor:';

  DROP INDEX accounts_by_tenant;
  CREATE INDEX accounts_by_facts ON accounts (
    tenant_id, email, disabled_at, factors, email_confirmed, role, methods, search_name, search_family_name, search_email
  );
  CREATE INDEX accounts_unprotected ON accounts (tenant_id, email, role) WHERE disabled_at IS NULL AND factors = 0;
  CREATE INDEX accounts_unconfirmed ON accounts (tenant_id, email, role)
    WHERE disabled_at IS NULL AND email_confirmed = 0;
  CREATE INDEX accounts_disabled ON accounts (tenant_id, email, role) WHERE disabled_at IS NOT NULL;
  CREATE INDEX accounts_by_search_name ON accounts (tenant_id, search_name, email) WHERE search_name IS NOT NULL;
  CREATE INDEX accounts_by_search_family_name ON accounts (tenant_id, search_family_name, email)
    WHERE search_family_name IS NOT NULL;
  CREATE INDEX accounts_by_search_email ON accounts (tenant_id, search_email, email) WHERE search_email IS NOT NULL;
  CREATE INDEX accounts_unspelled ON accounts (tenant_id, email) WHERE search_name IS NULL;
  CREATE INDEX lockouts_of_accounts ON lockouts (locked_until, account_id) WHERE account_id IS NOT NULL;
  CREATE INDEX lockouts_by_account ON lockouts (account_id, locked_until) WHERE account_id IS NOT NULL;

  CREATE TRIGGER enrolment_added AFTER INSERT ON enrolments BEGIN
    UPDATE accounts SET ${summaryOf('new.account_id')} WHERE id = new.account_id;
  END;
  CREATE TRIGGER enrolment_removed AFTER DELETE ON enrolments BEGIN
    UPDATE accounts SET ${summaryOf('old.account_id')} WHERE id = old.account_id;
  END;
  CREATE TRIGGER account_added AFTER INSERT ON accounts BEGIN
    INSERT OR IGNORE INTO account_groups (tenant_id, group_name, email)
      SELECT new.tenant_id, value, new.email FROM ${groupsIn('new')} WHERE type = 'text';
    UPDATE accounts SET ${summaryOf('new.id')}
      WHERE id = new.id AND EXISTS (SELECT 1 FROM enrolments WHERE account_id = new.id);
  END;
  CREATE TRIGGER account_regrouped AFTER UPDATE OF tenant_id, email, groups ON accounts
    WHEN new.tenant_id <> old.tenant_id OR new.email <> old.email OR new.groups <> old.groups
  BEGIN
    DELETE FROM account_groups WHERE tenant_id = old.tenant_id AND email = old.email
      AND group_name IN (SELECT value FROM ${groupsIn('old')});
    INSERT OR IGNORE INTO account_groups (tenant_id, group_name, email)
      SELECT new.tenant_id, value, new.email FROM ${groupsIn('new')} WHERE type = 'text';
  END;
  CREATE TRIGGER account_renamed AFTER UPDATE OF email, name, family_name ON accounts
    WHEN new.email <> old.email OR new.name <> old.name OR new.family_name IS NOT old.family_name
  BEGIN
    UPDATE accounts SET search_name = NULL, search_family_name = NULL, search_email = NULL WHERE id = new.id;
  END;
  CREATE TRIGGER account_removed AFTER DELETE ON accounts BEGIN
    DELETE FROM account_groups WHERE tenant_id = old.tenant_id AND email = old.email
      AND group_name IN (SELECT value FROM ${groupsIn('old')});
  END;`;

/** Marks that administrators set on one person, and the account that filed a request for somebody else. */
export const ADMINISTRATION = `
  ALTER TABLE accounts ADD COLUMN enforcement TEXT;
  ALTER TABLE enrolments ADD COLUMN suspended_at INTEGER;
  ALTER TABLE reset_requests ADD COLUMN filed_by TEXT;`;
