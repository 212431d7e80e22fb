/** The table of the settings of tenants. `settings` is JSON: nothing in it is looked for. */
export const TENANT_SETTINGS = `
  CREATE TABLE tenant_settings (
    tenant_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    settings TEXT NOT NULL,
    made_by TEXT NOT NULL,
    at INTEGER NOT NULL,
    reason TEXT,
    revert_of INTEGER,
    PRIMARY KEY (tenant_id, number)
  ) STRICT;`;
