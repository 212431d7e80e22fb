/** The collections of what another server has not accepted yet: items, and the leases under which they were attempted. */
import { Schema } from 'mongoose';
import { OPTIONS } from './options.ts';

export interface ItemDocument {
  _id: string;
  /** Mail was the first kind of item. */
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
export interface ItemLeaseDocument {
  _id: string;
  kind: 'lease';
  mailId: string;
  until: Date;
  /** That of the item: the sweeper removes a lease that outlived it. */
  expiresAt: Date;
}

// In one collection, so that one rule sweeps both. No TTL index: an expired item is counted when it is removed.
const schemaOf = (collection: string) =>
  new Schema<ItemDocument | ItemLeaseDocument>(
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
    { ...OPTIONS, collection },
  )
    .index({ kind: 1, dueAt: 1 })
    .index({ mailId: 1 })
    .index({ expiresAt: 1 });

export const mailOutbox = schemaOf('mail_outbox');
export const logoutOutbox = schemaOf('logout_outbox');
