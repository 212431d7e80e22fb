/** How applications learn that a session has ended: OpenID Connect Back-Channel Logout 1.0. */
import type { SessionClient } from '../domain/sign-in/sign-in-record.ts';
import type { Attempt } from './queue.ts';

/** The end of one session, for one of its applications. */
export type LogoutNotice = Pick<SessionClient, 'noticeId' | 'clientId' | 'accountId' | 'sid'>;

export interface LogoutOutbox {
  /** Stores the notice, to be sent beside the requests. A notice of the same id is sent once. */
  add(notice: LogoutNotice): Promise<void>;
}

/** Sends a notice to its application, with a new token. Never rejects. Takes less than ten seconds. */
export type TellApplication = (notice: LogoutNotice) => Promise<Attempt>;
