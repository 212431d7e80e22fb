/** The migration by which administrators search the audit trail. */
export const AUDIT_TRAIL = `
  CREATE INDEX audit_by_actor ON audit (actor, at) WHERE actor IS NOT NULL;
  CREATE INDEX audit_by_event ON audit (tenant_id, event, at);`;
