/** The collections of requests to reset second factors, and of the steps that they have taken. */
import { Schema } from 'mongoose';
import { OPTIONS } from './options.ts';

export interface ResetRequestDocument {
  _id: string;
  accountId: string;
  tenantId: string;
  /** Absent from what an older release has written. */
  filedBy?: string | null;
  reason: string;
  address: string;
  browser: string | null;
  createdAt: Date;
  /** The time until which it can be approved. */
  closesAt: Date;
  /** The time until which it is kept. */
  expiresAt: Date;
}

export const resetRequest = new Schema<ResetRequestDocument>(
  {
    _id: String,
    accountId: String,
    tenantId: String,
    filedBy: String,
    reason: String,
    address: String,
    browser: String,
    createdAt: Date,
    closesAt: Date,
    expiresAt: Date,
  },
  { ...OPTIONS, collection: 'reset_requests' },
)
  .index({ accountId: 1, createdAt: -1 })
  .index({ tenantId: 1, createdAt: -1, _id: 1 })
  .index({ expiresAt: 1 });

export interface ResetStepDocument {
  /** Request and stage. */
  _id: string;
  requestId: string;
  stage: string;
  outcome: string;
  by: string;
  note: string | null;
  at: Date;
  dueAt: Date | null;
  /** The time until which it is kept. */
  expiresAt: Date;
}

export const resetStep = new Schema<ResetStepDocument>(
  {
    _id: String,
    requestId: String,
    stage: String,
    outcome: String,
    by: String,
    note: String,
    at: Date,
    dueAt: Date,
    expiresAt: Date,
  },
  { ...OPTIONS, collection: 'reset_steps' },
)
  .index({ requestId: 1, at: 1 })
  .index({ dueAt: 1 })
  .index({ expiresAt: 1 });
