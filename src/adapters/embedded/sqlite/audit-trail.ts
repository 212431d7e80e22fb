/** The migration by which administrators search the audit trail, and by which it is sealed. */
export const AUDIT_TRAIL = `
  CREATE INDEX audit_by_actor ON audit (actor, at) WHERE actor IS NOT NULL;
  CREATE INDEX audit_by_event ON audit (tenant_id, event, at);
  ALTER TABLE audit ADD COLUMN seal INTEGER;
  CREATE INDEX audit_by_seal ON audit (seal, at);

  CREATE TABLE audit_seals (
    number INTEGER NOT NULL PRIMARY KEY,
    last_at INTEGER NOT NULL,
    seal TEXT NOT NULL,
    lines TEXT
  ) STRICT;
  CREATE INDEX audit_seals_with_lines ON audit_seals (last_at) WHERE lines IS NOT NULL;

  CREATE TABLE audit_tallies (
    tenant_id TEXT NOT NULL,
    from_at INTEGER NOT NULL,
    seal INTEGER NOT NULL,
    event TEXT NOT NULL,
    method TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, from_at, seal, event, method)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX audit_tallies_by_age ON audit_tallies (from_at);`;
