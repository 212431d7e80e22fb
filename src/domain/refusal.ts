/** The refusals that people meet, with the data that their pages show. */
import type { PasswordFault, PasswordPattern } from './password/fault.ts';

/** The fault of a passkey, which has words of its own. `copied`: the counter of a device-bound one fell back. */
export type PasskeyFault = 'refused' | 'unverified' | 'known' | 'copied' | 'unknown';

/** A field that lacks something, or has a value that cannot be used, with words of its own. */
export type FieldFault =
  | 'email_incomplete'
  | 'password_missing'
  | 'current_password_missing'
  /** The person with this address is in the list of the administrator already. */
  | 'email_known'
  /** The address has an account that the administrator does not see. */
  | 'email_elsewhere'
  | 'groups_unfit'
  | 'groups_not_managed'
  | 'file_missing'
  | 'file_unreadable'
  | 'file_too_long'
  | 'list_unknown'
  | 'list_place_unknown'
  /** Nobody on the list waits for a confirmation. */
  | 'nobody_unconfirmed'
  /** Nobody whom the administrator sees has this address. */
  | 'person_unknown'
  /** The same for a field that narrows the audit log. */
  | 'subject_unknown'
  | 'actor_unknown'
  | 'event_unknown'
  | 'reference_malformed'
  | 'since_malformed'
  | 'until_malformed'
  | 'until_too_early';

/** The fault of a setting of the console, which has words of its own. */
export type SettingFault =
  /** The configuration file asks for more. */
  | 'setting_fixed'
  | 'enforcement_unknown'
  | 'minimum_unknown'
  /** No method of the list reaches it. */
  | 'minimum_unreached'
  | 'method_unknown'
  | 'methods_missing'
  | 'grace_days_wrong'
  | 'group_line'
  | 'group_twice'
  | 'message_long'
  | 'support_email_wrong'
  | 'support_url_wrong'
  /** It loosens, and nobody says why. */
  | 'reason_missing';

/** Every refusal that a person can meet: a closed list, with the data that its page shows. */
export type Refusal =
  /** `field`: the one that is wrong, where the account is known. */
  | { readonly code: 'credentials_invalid'; readonly field?: 'current_password' }
  | {
      readonly code: 'code_invalid';
      /**
       * The attempts that this sign-in has left with the method. Null at an enrolment, where nothing can be
       * guessed.
       */
      readonly attemptsLeft: number | null;
      /**
       * The probable error of the phone's clock in seconds, after a code from a nearby time step. Positive when it
       * is ahead.
       */
      readonly clockOffSeconds: number | null;
      /** The fault of a passkey, which has words of its own. */
      readonly passkey?: PasskeyFault;
      /**
       * The text has not the shape of a code, so that it was not compared and costs no attempt. `digits`: how many a
       * code has; null where a code is not made of digits.
       */
      readonly noCode?: { readonly digits: number | null };
      /** The id of a passkey that its account does not have. The page tells the browser, which may forget it. */
      readonly unknownCredentialId?: string;
    }
  | { readonly code: 'code_expired'; readonly passkey?: 'expired' }
  | { readonly code: 'code_used' }
  /** `retryAt` in milliseconds since the epoch. */
  | { readonly code: 'resend_too_soon'; readonly retryAt: number }
  /** Nothing was sent. The person tries another method, or tries later. `refused`: it was sent, and refused for good. */
  | { readonly code: 'delivery_failed'; readonly because?: 'refused' }
  | { readonly code: 'phone_invalid' }
  | { readonly code: 'email_unconfirmed' }
  /** `retryAt` in milliseconds since the epoch. Null when a new sign-in or another method works at once. */
  | { readonly code: 'too_many_attempts'; readonly retryAt: number | null }
  /** The limit of a network, not of a person. `retryAt` in milliseconds since the epoch. */
  | { readonly code: 'too_many_requests'; readonly retryAt: number }
  /** `not_alone`: the passkey is right, and the organisation wants a password before it. */
  | { readonly code: 'method_not_allowed'; readonly passkey?: 'not_alone' }
  | { readonly code: 'session_expired' }
  /**
   * `frozen`: the owner reported "it was not me", and no administrator has looked yet. `held`: the same for the removal of a
   * factor that nobody asked for, which keeps the password alone from signing in. `two_administrators`: it loosens settings,
   * and one administrator is not enough for that.
   */
  | {
      readonly code: 'forbidden';
      readonly because?: 'frozen' | 'frozen_passkey' | 'held' | 'two_administrators';
    }
  /** The same for an administrator, who answers the report first. */
  | { readonly code: 'forbidden'; readonly because: 'person_frozen' }
  /** A manager changes the groups that he or she manages, and leaves one of them. */
  | { readonly code: 'forbidden'; readonly because: 'group_not_managed' }
  /** A pass is for a person without a factor. */
  | { readonly code: 'forbidden'; readonly because: 'has_factor' }
  /** The account is disabled, or waits for the answer to a report. */
  | { readonly code: 'forbidden'; readonly because: 'person_barred' }
  /** Somebody has to administer the tenant. */
  | { readonly code: 'forbidden'; readonly because: 'last_administrator' }
  /** The first factor was right. The page names the contact of the account's own tenant. */
  | { readonly code: 'forbidden'; readonly because: 'disabled'; readonly tenantId: string }
  | { readonly code: 'enforced' }
  | { readonly code: 'field_invalid'; readonly field: string }
  | { readonly code: 'field_invalid'; readonly because: FieldFault }
  /** `line`: of a field with several lines, from 1. */
  | {
      readonly code: 'field_invalid';
      readonly field: string;
      readonly setting: SettingFault;
      readonly line?: number;
    }
  /** Somebody else has saved since the page was shown. The page shows both values. */
  | { readonly code: 'conflict' }
  /** A new password that breaks a rule, with what makes it easy to guess. */
  | {
      readonly code: 'field_invalid';
      readonly password: PasswordFault;
      readonly patterns: readonly PasswordPattern[];
    };

export const FROZEN = { code: 'forbidden', because: 'frozen' } as const satisfies Refusal;

/** The refusal of a text that has not the shape of a code. */
export function noCode(digits: number | null): Refusal {
  return { code: 'code_invalid', attemptsLeft: null, clockOffSeconds: null, noCode: { digits } };
}

/** After these refusals the same page takes another code. */
const TRY_AGAIN: ReadonlySet<RefusalCode> = new Set(['code_invalid', 'code_used', 'code_expired']);

export function canTryAgain({ code }: Refusal): boolean {
  return TRY_AGAIN.has(code);
}

/** Whether the visit takes no more codes after this refusal. */
export function isLastRefusal(refusal: Refusal | null): boolean {
  if (refusal?.code === 'code_invalid') return refusal.attemptsLeft === 0;
  return refusal?.code === 'too_many_attempts';
}

/** The refusal of a page whose code never arrived: another code would be typed in vain. */
export function undeliveredInstead(refusal: Refusal | null | undefined): Refusal {
  return refusal && !canTryAgain(refusal) ? refusal : { code: 'delivery_failed', because: 'refused' };
}

export type RefusalCode = Refusal['code'];

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };

export function accepted<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function refused(refusal: Refusal): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal };
}
