/**
 * The collection of enrolments. It has a document for each enrolment, for each newest step, and for the default and the
 * last used one of an account.
 */
import { Schema, type Types } from 'mongoose';
import { OPTIONS } from './options.ts';

export interface EnrolmentDocument {
  _id: string;
  kind: 'enrolment';
  accountId: string;
  /** Its own id, which its steps have too. */
  enrolmentId: string;
  tenantId: string;
  method: string;
  label: string;
  app: string | null;
  secret: string | null;
  lastStep: number | null;
  isDefault: boolean;
  /** Absent from what an older release has written. */
  suspendedAt?: Date | null;
  createdAt: Date;
  order: Types.ObjectId;
}

/** A time step accepted later than the set-up's; the highest of an enrolment counts. */
export interface StepDocument {
  _id: string;
  kind: 'step';
  accountId: string;
  enrolmentId: string;
  lastStep: number;
  /** Since when the sweeper is to look for lower steps beside it. Absent once it has, and from older releases. */
  tidyAt?: Date;
}

/** Which enrolment of an account is the default, once somebody has chosen: what those say of it counts no more. */
export interface ChoiceDocument {
  _id: string;
  kind: 'choice';
  accountId: string;
  enrolmentId: string | null;
  lastStep?: undefined;
}

/** The last used enrolment of an account that has several. */
export interface UseDocument {
  _id: string;
  kind: 'use';
  accountId: string;
  enrolmentId: string;
  lastStep?: undefined;
}

// In one collection, so that one look finds all of them.
export const enrolment = new Schema<EnrolmentDocument | StepDocument | ChoiceDocument | UseDocument>(
  {
    _id: String,
    kind: String,
    accountId: String,
    enrolmentId: String,
    tenantId: String,
    method: String,
    label: String,
    app: String,
    secret: String,
    lastStep: Number,
    isDefault: Boolean,
    suspendedAt: Date,
    createdAt: Date,
    tidyAt: Date,
    order: Schema.Types.ObjectId,
  },
  { ...OPTIONS, collection: 'enrolments' },
)
  .index({ accountId: 1 })
  .index({ enrolmentId: 1 })
  .index({ tidyAt: 1 });
