/** The collections of mailings in the background, and of their recipients. */
import { Schema } from 'mongoose';
import { OPTIONS } from './options.ts';

export interface CampaignDocument {
  _id: string;
  tenantId: string;
  /** Null: all members of the tenant. */
  groups: string[] | null;
  by: string;
  /** JSON. */
  search: string;
  expected: number;
  createdAt: Date;
  pausedAt: Date | null;
  listedTo: string | null;
  isListed: boolean;
  endedAt: Date | null;
  /** JSON: the results of a mailing that has ended. */
  tally: string | null;
  /** The time until which it is kept. */
  expiresAt: Date;
}

export const campaign = new Schema<CampaignDocument>(
  {
    _id: String,
    tenantId: String,
    groups: { type: [String], default: undefined },
    by: String,
    search: String,
    expected: Number,
    createdAt: Date,
    pausedAt: Date,
    listedTo: String,
    isListed: Boolean,
    endedAt: Date,
    tally: String,
    expiresAt: Date,
  },
  { ...OPTIONS, collection: 'campaigns' },
)
  .index({ tenantId: 1, createdAt: -1, _id: 1 })
  .index({ endedAt: 1, pausedAt: 1, createdAt: 1 })
  .index({ expiresAt: 1 });

export interface RecipientDocument {
  /** Mailing and account. */
  _id: string;
  campaignId: string;
  accountId: string;
  outcome: string | null;
  at: Date | null;
  /** The time until which it is kept. */
  expiresAt: Date;
}

export const recipient = new Schema<RecipientDocument>(
  { _id: String, campaignId: String, accountId: String, outcome: String, at: Date, expiresAt: Date },
  { ...OPTIONS, collection: 'campaign_recipients' },
)
  .index({ campaignId: 1, accountId: 1 })
  .index({ campaignId: 1, outcome: 1, accountId: 1 })
  .index({ expiresAt: 1 });
