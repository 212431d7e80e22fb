/** The events of a person's own details and sessions, and the notices that they become. */
import type { Account } from '../account.ts';
import type { Notice } from '../notice.ts';
import type { FormerEmail } from './email-change.ts';
import type { Origin } from './origin.ts';

/** Events that nobody is told of: the person has done it, and it lets nobody in. */
export type QuietSelfServiceEventName =
  | 'account.details_changed'
  | 'email.change_stopped'
  | 'notification_email.asked'
  | 'notification_email.stopped'
  | 'session.ended';

interface EmailChangeAsked {
  readonly name: 'email.change_asked';
  readonly account: Account;
  /** The new address, masked: the reader of the notice may be the owner alone, or not. */
  readonly email: string;
}

interface EmailChanged {
  readonly name: 'email.changed';
  /** The account with its old address. */
  readonly account: Account;
  readonly email: string;
  /** The old address, for the link that restores it. */
  readonly former: FormerEmail;
}

interface EmailRestored {
  readonly name: 'email.restored';
  /** The account with the address that was restored. */
  readonly account: Account;
  /** The address that it had until now. */
  readonly lost: string;
}

interface NotificationEmailChanged {
  readonly name: 'notification_email.changed';
  /** The account with its old second address. */
  readonly account: Account;
  /** Null: it was removed. */
  readonly email: string | null;
}

interface NewBrowserSignedIn {
  readonly name: 'sign_in.new_browser';
  readonly account: Account;
  /** The name of the application. */
  readonly application: string;
  readonly origin: Origin;
}

export type ToldSelfServiceEvent =
  | EmailChangeAsked
  | EmailChanged
  | EmailRestored
  | NotificationEmailChanged
  | NewBrowserSignedIn;

export type SelfServiceEventName = QuietSelfServiceEventName | ToldSelfServiceEvent['name'];

export function selfServiceNoticeOf(event: ToldSelfServiceEvent): Notice {
  const { account } = event;
  switch (event.name) {
    case 'email.change_asked':
      return { account, topic: 'email-change-asked', email: event.email };
    case 'email.changed':
      return {
        account,
        topic: 'email-changed',
        // The old address gets the link that restores it, whether it was confirmed or not.
        also: [mailTo(event.former.email), mailTo(event.email)],
        restorable: event.former,
      };
    case 'email.restored':
      return { account, topic: 'email-restored', also: [mailTo(event.lost)] };
    case 'notification_email.changed':
      return {
        account,
        topic: event.email === null ? 'notification-email-removed' : 'notification-email-changed',
        also: event.email === null ? [] : [mailTo(event.email)],
      };
    case 'sign_in.new_browser':
      return { account, topic: 'new-sign-in', application: event.application, origin: event.origin };
  }
}

function mailTo(to: string) {
  return { channel: 'email', to } as const;
}
