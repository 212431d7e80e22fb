/** The collection of the audit trail. */
import { Schema, type Types } from 'mongoose';
import { OPTIONS } from './options.ts';

export interface AuditDocument {
  _id: string;
  at: Date;
  event: string;
  accountId: string | null;
  tenantId: string | null;
  clientId: string | null;
  method: string | null;
  reason: string | null;
  address: string | null;
  /** Absent in a line of an older release. */
  reference?: string | null;
  actor?: string | null;
  /** The number of the seal that lists the line. Absent in a line that is not sealed yet. */
  seal?: number | null;
  order: Types.ObjectId;
}

export const audit = new Schema<AuditDocument>(
  {
    _id: String,
    at: Date,
    event: String,
    accountId: String,
    tenantId: String,
    clientId: String,
    method: String,
    reason: String,
    address: String,
    reference: String,
    actor: String,
    seal: Number,
    order: Schema.Types.ObjectId,
  },
  { ...OPTIONS, collection: 'audit' },
)
  .index({ at: -1, order: -1 })
  .index({ tenantId: 1, at: -1, order: -1 })
  .index({ tenantId: 1, event: 1, at: -1, order: -1 })
  .index({ accountId: 1, at: -1, order: -1 })
  .index({ actor: 1, at: -1, order: -1 })
  .index({ reference: 1, at: -1, order: -1 })
  .index({ seal: 1, at: 1, order: 1 });
