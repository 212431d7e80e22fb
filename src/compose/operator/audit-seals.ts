/** Composes the sealing and the verification of the audit trail. */
import type { Config } from '../../config/shape.ts';
import type { AuditSealStore } from '../../ports/administration/audit-seals.ts';
import type { Clock } from '../../ports/system.ts';
import { createSealing, type Sealing } from '../../use-cases/administration/audit/sealing.ts';
import {
  createAuditVerification,
  type VerifyAudit,
} from '../../use-cases/administration/audit/verification.ts';

export interface AuditSeals extends Sealing {
  readonly verify: VerifyAudit;
}

const DAY_MS = 86_400_000;

export function auditSealsOf(
  { audit }: Pick<Config, 'audit'>,
  { stores, clock }: { readonly stores: { readonly auditSeals: AuditSealStore }; readonly clock: Clock },
): AuditSeals {
  const deps = { seals: stores.auditSeals, clock, retentionMs: audit.retentionDays * DAY_MS };
  const { sealNew, newest } = createSealing(deps);
  return { sealNew, newest, verify: createAuditVerification(deps) };
}
