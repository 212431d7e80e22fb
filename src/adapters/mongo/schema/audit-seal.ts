/** The collections of seals over the audit trail, and of the tallies that sealing takes. */
import { Schema } from 'mongoose';
import { OPTIONS } from './options.ts';

export interface AuditSealDocument {
  /** The number of the seal. */
  _id: number;
  lastAt: Date;
  /** JSON, as the list of lines is. */
  seal: string;
  lines: string | null;
  /** Whether the list is there: an index finds those that retention drops. */
  hasLines: boolean;
}

export const auditSeal = new Schema<AuditSealDocument>(
  { _id: Number, lastAt: Date, seal: String, lines: String, hasLines: Boolean },
  { ...OPTIONS, collection: 'audit_seals' },
).index({ hasLines: 1, lastAt: 1 });

export interface AuditTallyDocument {
  /** The id is made of tenant, time, seal, event and method. */
  _id: string;
  tenantId: string;
  fromAt: Date;
  event: string;
  method: string;
  count: number;
}

export const auditTally = new Schema<AuditTallyDocument>(
  { _id: String, tenantId: String, fromAt: Date, event: String, method: String, count: Number },
  { ...OPTIONS, collection: 'audit_tallies' },
)
  .index({ tenantId: 1, fromAt: 1 })
  .index({ fromAt: 1 });
