/** Seals new lines of the audit trail, every five minutes, in any process that serves. */
import type { Sealing } from '../use-cases/administration/audit/sealing.ts';
import type { Job } from './runner.ts';

interface AuditSealingDeps {
  readonly sealing: Pick<Sealing, 'sealNew'>;
  readonly onFailure: (error: unknown) => void;
}

/** Milliseconds. A seal takes room for good, so that there are not too many of them. */
const EVERY_MS = 5 * 60_000;

export function createAuditSealing({ sealing, onFailure }: AuditSealingDeps): Job {
  return { name: 'audit-sealing', everyMs: EVERY_MS, run: (signal) => sealing.sealNew(signal), onFailure };
}
