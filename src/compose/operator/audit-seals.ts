/** Composes the sealing and the verification of the audit trail. */
import type { Config } from '../../config/shape.ts';
import { createSealing, type Sealing } from '../../use-cases/administration/audit/sealing.ts';
import {
  createAuditVerification,
  type VerifyAudit,
} from '../../use-cases/administration/audit/verification.ts';
import type { Parts } from '../parts.ts';

export interface AuditSeals extends Sealing {
  readonly verify: VerifyAudit;
}

const DAY_MS = 86_400_000;

export function auditSealsOf(
  { audit }: Pick<Config, 'audit'>,
  { stores, clock }: Pick<Parts, 'clock'> & { readonly stores: Pick<Parts['stores'], 'auditSeals'> },
): AuditSeals {
  const deps = { seals: stores.auditSeals, clock, retentionMs: audit.retentionDays * DAY_MS };
  const { sealNew, newest } = createSealing(deps);
  return { sealNew, newest, verify: createAuditVerification(deps) };
}
