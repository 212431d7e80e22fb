/** Notices to the owner of an account about a change, so that the owner detects a change by somebody else. */
import type { Account } from './account.ts';
import type { MethodName } from './methods/method.ts';

/** Subjects of notices about an account. */
export type NoticeTopic =
  | 'factor-added'
  | 'factor-removed'
  | 'recovery-made'
  | 'recovery-used'
  | 'phone-changed'
  | 'email-changed'
  | 'token-replayed'
  | 'trust-ended'
  | 'reported'
  | 'joined'
  | 'reset-requested'
  | 'reset-approved'
  | 'reset-refused'
  | 'reset-cancelled'
  | 'reset-done';

/** An e-mail address, or a telephone number in E.164. */
export interface NoticeContact {
  readonly channel: 'email' | 'sms';
  readonly to: string;
}

export interface NoticeReset {
  readonly id: string;
  /** The browser that it came from. Null when its name is not known. */
  readonly browser: string | null;
  /** The time at which an approval takes effect, in milliseconds since the epoch. Null: it is about another step. */
  readonly effectAt: number | null;
}

export interface Notice {
  /** The account as it was before the change. */
  readonly account: Account;
  readonly topic: NoticeTopic;
  readonly method?: MethodName;
  /** The number of recovery codes that are left. */
  readonly left?: number;
  /** The name of the application that it is about. */
  readonly application?: string;
  /** The request to reset second factors that it is about. */
  readonly reset?: NoticeReset;
  /** Contacts beside the confirmed ones of the account. */
  readonly also?: readonly NoticeContact[];
}
