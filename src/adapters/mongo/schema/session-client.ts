/** The collection of the applications of each session. */
import { Schema } from 'mongoose';
import { OPTIONS } from './options.ts';

export interface SessionClientDocument {
  /** Session, client and `sid`. */
  _id: string;
  noticeId: string;
  sessionUid: string;
  clientId: string;
  accountId: string;
  sid: string;
  expiresAt: Date;
}

export const sessionClient = new Schema<SessionClientDocument>(
  {
    _id: String,
    noticeId: String,
    sessionUid: String,
    clientId: String,
    accountId: String,
    sid: String,
    expiresAt: Date,
  },
  { ...OPTIONS, collection: 'session_clients' },
)
  .index({ sessionUid: 1 })
  .index({ accountId: 1 })
  .index({ noticeId: 1 })
  .index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
