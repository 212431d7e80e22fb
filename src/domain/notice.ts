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
  | 'password-changed'
  | 'token-replayed'
  | 'trust-ended'
  | 'reported';

/** An e-mail address, or a telephone number in E.164. */
export interface NoticeContact {
  readonly channel: 'email' | 'sms';
  readonly to: string;
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
  /** Contacts beside the confirmed ones of the account. */
  readonly also?: readonly NoticeContact[];
}
