/** Notices to the owner of an account about a change, so that the owner detects a change by somebody else. */
import type { Account } from './account.ts';
import type { MethodName } from './methods/method.ts';
import type { FormerEmail } from './self-service/email-change.ts';
import type { Origin } from './self-service/origin.ts';

/** Subjects of notices about an account. */
export type NoticeTopic =
  | 'factor-added'
  | 'factor-removed'
  | 'factor-replaced'
  | 'removed-by-administrator'
  | 'factor-suspended'
  | 'factor-resumed'
  | 'pass-issued'
  | 'removal-reported'
  | 'set-up-postponed'
  | 'recovery-made'
  | 'recovery-used'
  | 'phone-changed'
  | 'email-changed'
  | 'password-changed'
  | 'email-change-asked'
  | 'email-restored'
  | 'notification-email-changed'
  | 'notification-email-removed'
  | 'new-sign-in'
  | 'token-replayed'
  | 'trust-ended'
  | 'reported'
  | 'joined'
  | 'reset-requested'
  | 'reset-filed'
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
  /** An administrator has filed it for the person. */
  readonly isFiled: boolean;
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
  /** The method of the factor that was replaced. */
  readonly replaced?: MethodName;
  /** The end of grace, in milliseconds since the epoch. */
  readonly until?: number;
  /** The number of recovery codes that are left. */
  readonly left?: number;
  /** The name of the application that it is about. */
  readonly application?: string;
  /** The masked e-mail address that it is about. */
  readonly email?: string;
  /** The browser and the place that it is about. */
  readonly origin?: Origin;
  /** The mail to this address has the link that restores it. */
  readonly restorable?: FormerEmail;
  /** The request to reset second factors that it is about. */
  readonly reset?: NoticeReset;
  /** Contacts beside the confirmed ones of the account. */
  readonly also?: readonly NoticeContact[];
}

/** The number of an account as a contact. Empty for an account without one. */
export function numberContactOf({ phone }: Pick<Account, 'phone'>): readonly NoticeContact[] {
  return phone === null ? [] : [{ channel: 'sms', to: phone }];
}
