/** The last migrations of the durable file: requests to reset second factors, and the acts of administrators. */
export const ADMINISTRATION_MIGRATIONS: readonly string[] = [
  `
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
  CREATE INDEX reset_steps_due ON reset_steps (due_at) WHERE due_at IS NOT NULL;`,
  // Marks that administrators set on one person.
  `
  ALTER TABLE accounts ADD COLUMN enforcement TEXT;
  ALTER TABLE enrolments ADD COLUMN suspended_at INTEGER;
  ALTER TABLE reset_requests ADD COLUMN filed_by TEXT;`,
];
