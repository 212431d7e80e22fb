/** The collection of mail that no transport has accepted yet: messages, and the leases under which they were attempted. */
import { Schema } from 'mongoose';
import { OPTIONS } from './options.ts';

export interface MailDocument {
  _id: string;
  kind: 'mail';
  encrypted: string;
  expiresAt: Date;
  /** The end of the lease where there is one. */
  dueAt: Date;
  isLeased: boolean;
  /** The number of the newest lease whose holder has begun. */
  lease: number;
  putOffs: number;
  lostLeases: number;
}

/** Inserted by the one who takes the lease of this number. */
export interface MailLeaseDocument {
  _id: string;
  kind: 'lease';
  mailId: string;
  until: Date;
  /** That of the message: the sweeper removes a lease that outlived it. */
  expiresAt: Date;
}

// In one collection, so that one rule sweeps both. No TTL index: an expired message is counted when it is removed.
export const mailOutbox = new Schema<MailDocument | MailLeaseDocument>(
  {
    _id: String,
    kind: String,
    encrypted: String,
    expiresAt: Date,
    dueAt: Date,
    isLeased: Boolean,
    lease: Number,
    putOffs: Number,
    lostLeases: Number,
    mailId: String,
    until: Date,
  },
  { ...OPTIONS, collection: 'mail_outbox' },
)
  .index({ kind: 1, dueAt: 1 })
  .index({ mailId: 1 })
  .index({ expiresAt: 1 });
