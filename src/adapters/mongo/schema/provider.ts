/** The collection of oidc-provider's payloads. A consumption is a document of its own. */
import { Schema, type Types } from 'mongoose';
import { OPTIONS } from './options.ts';

/** `payload` is JSON: the library's own keys are none of the server's business, and some it would refuse. */
export interface PayloadDocument {
  _id: string;
  kind: string;
  payload: string;
  grantId: string | null;
  uid: string | null;
  expiresAt: Date | null;
  order: Types.ObjectId;
}

/** That the payload named was consumed, and when, in seconds. */
export interface ConsumptionDocument {
  _id: string;
  payloadId: string;
  consumed: number;
  /** Not `expiresAt`, which a server may act upon by a clock of its own. */
  forgetAt: Date | null;
}

// In one collection, so that one look finds both.
export const provider = new Schema<PayloadDocument | ConsumptionDocument>(
  {
    _id: String,
    kind: String,
    payload: String,
    grantId: String,
    uid: String,
    expiresAt: Date,
    order: Schema.Types.ObjectId,
    payloadId: String,
    consumed: Number,
    forgetAt: Date,
  },
  { ...OPTIONS, collection: 'provider' },
)
  .index({ grantId: 1 })
  .index({ uid: 1, order: -1 })
  .index({ forgetAt: 1 })
  .index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
