/**
 * The tables of mailings in the background, in the accounts file. `search` is JSON: nothing in it is looked for. `tally`
 * is JSON too: the results of a mailing that has ended.
 */
export const CAMPAIGNS = `
  CREATE TABLE campaigns (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    groups TEXT,
    begun_by TEXT NOT NULL,
    search TEXT NOT NULL,
    expected INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    paused_at INTEGER,
    listed_to TEXT,
    is_listed INTEGER NOT NULL DEFAULT 0,
    ended_at INTEGER,
    tally TEXT
  ) STRICT;
  CREATE INDEX campaigns_by_tenant ON campaigns (tenant_id, created_at, id);
  CREATE INDEX campaigns_of_account ON campaigns (tenant_id, begun_by, created_at, id);
  CREATE INDEX campaigns_running ON campaigns (created_at) WHERE ended_at IS NULL AND paused_at IS NULL;
  CREATE INDEX campaigns_by_age ON campaigns (created_at);

  CREATE TABLE campaign_recipients (
    campaign_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    outcome TEXT,
    at INTEGER,
    PRIMARY KEY (campaign_id, account_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX campaign_recipients_by_outcome ON campaign_recipients (campaign_id, outcome, account_id);
  CREATE INDEX campaign_recipients_by_age ON campaign_recipients (created_at);`;
