/** The interface through which use cases send messages to people. */
import type { Account, Locale } from '../domain/account.ts';
import type { MethodName } from '../domain/methods/method.ts';
import type { Notice, NoticeTopic } from '../domain/notice.ts';
import type { Origin } from '../domain/self-service/origin.ts';
import type { Purpose } from '../domain/sign-in/challenge.ts';

export type { NoticeTopic };

/** As it goes out: words, and to whom. */
export interface Message {
  readonly channel: 'email' | 'sms';
  readonly to: string;
  /** Empty for SMS. */
  readonly subject: string;
  readonly text: string;
  /** The same for who reads HTML; null for SMS. */
  readonly html: string | null;
  /** After this (milliseconds since the epoch) it is not worth sending any more; null: it always is. */
  readonly expiresAt: number | null;
  /** The id of a sent code, which is no secret. With it a later refusal is reported. */
  readonly sendingId?: string | undefined;
  /** The same each time that the message is handed over: it goes out once. Absent: each one is a message of its own. */
  readonly onceId?: string | undefined;
}

/** A message as its recipient sees it. */
export type OutboxMessage = Omit<Message, 'expiresAt' | 'sendingId' | 'onceId'>;

/** The message was not taken, and nothing will be sent of it. */
export class DeliveryFailed extends Error {
  override name = 'DeliveryFailed';
}

/** Told that a message with this id was refused for good. */
export type OnRefused = (sendingId: string) => Promise<void>;

export interface MessageSender {
  /** Resolves once it is taken over, which for mail is before it was sent. Rejects with `DeliveryFailed`. */
  send(message: Message): Promise<void>;
  /** From now on tells of each message with a `sendingId` that was taken over, and then refused for good. */
  onRefused?(listener: OnRefused): void;
}

/** The content of a message, before a language is chosen. */
export type MessageTemplate =
  | {
      readonly kind: 'code';
      readonly purpose: Purpose;
      readonly code: string;
      readonly expiresAt: number;
      readonly sendingId?: string | undefined;
      /** A link that confirms the address without the code; null: there is none. */
      readonly confirmUrl: string | null;
    }
  | {
      readonly kind: 'confirm-address';
      readonly confirmUrl: string;
      /** Milliseconds since the epoch. Absent: the queue of mail decides. */
      readonly expiresAt?: number;
    }
  | { readonly kind: 'reset-password'; readonly resetUrl: string; readonly expiresAt: number }
  /** For the owner of an address who wants it as the account's own one, or as the second one. */
  | { readonly kind: 'new-address'; readonly use: 'account' | 'notices'; readonly confirmUrl: string }
  /** For the owner of an address that somebody wanted for another account. */
  | { readonly kind: 'address-taken' }
  | {
      readonly kind: 'invitation';
      readonly url: string;
      /** The id of the tenant: the name of the workspace that people type. */
      readonly workspace: string;
      /** Milliseconds since the epoch. */
      readonly expiresAt: number;
    }
  | {
      readonly kind: 'notice';
      readonly topic: NoticeTopic;
      /** The factor's; null where none is meant. */
      readonly method: MethodName | null;
      /** That of the factor that it has replaced; null: none was replaced. */
      readonly replaced: MethodName | null;
      /** Milliseconds since the epoch. */
      readonly atMs: number;
      /** The end of grace, in milliseconds since the epoch; null where that is not what it is about. */
      readonly until: number | null;
      /** Recovery codes that are left; null where that is not what it is about. */
      readonly left: number | null;
      /** The name of an application; null where that is not what it is about. */
      readonly application: string | null;
      /** The e-mail address of the account, for an administrator who reads it; null: the account is the reader's own. */
      readonly about: string | null;
      /** A page of ours at which the reader does something about it, in the place of "it was not me". */
      readonly action?: { readonly kind: NoticeAction; readonly url: string } | null;
      /** The browser that a request came from. */
      readonly browser?: string | null;
      /** The time at which what was approved takes effect, in milliseconds since the epoch. */
      readonly effectAt?: number | null;
      /** The page behind "it was not me"; null: there is none. */
      readonly notMeUrl: string | null;
      /** The masked e-mail address that it is about. */
      readonly email?: string | undefined;
      readonly origin?: Origin | undefined;
      /** The page that restores the address of the reader; absent or null: there is none. */
      readonly restoreUrl?: string | null;
    };

/** `cancel-reset`: stops a request for a reset; `cancel-filed`: one that an administrator has filed. `set-up`: sets up a second factor after a reset. */
export type NoticeAction = 'cancel-reset' | 'cancel-filed' | 'set-up';

export interface Recipient {
  readonly channel: Message['channel'];
  readonly to: string;
  readonly tenantId: string;
  /** The account's own choice; null: the tenant's. */
  readonly locale: Locale | null;
}

/** Finds the words and hands them over. */
export interface Messenger {
  /** False: it could not be handed over now, and nothing was sent. `onceId`: as in the message. */
  send(to: Recipient, template: MessageTemplate, onceId?: string): Promise<boolean>;
}

/** Tells an account of what was done to it, at all its confirmed contacts and the `also` given. Never rejects. */
export type Notify = (account: Account, notice: Omit<Notice, 'account'>) => Promise<void>;
