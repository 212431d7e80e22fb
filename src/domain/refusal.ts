/** Every way in which a person is told no: a closed list, with the data that the page needs to be honest. */
export type Refusal =
  | { readonly code: 'credentials_invalid' }
  | {
      readonly code: 'code_invalid';
      /** How many tries this sign-in has left with the method; null at a set-up, where nothing is guessed. */
      readonly attemptsLeft: number | null;
      /** After a near miss: by how much the phone's clock is probably off, in seconds (ahead is positive). */
      readonly clockOffSeconds: number | null;
      /** What was wrong with a passkey, which is no code: told in words of its own. */
      readonly passkey?: 'refused' | 'unverified' | 'known';
    }
  | { readonly code: 'code_expired'; readonly passkey?: 'expired' }
  | { readonly code: 'code_used' }
  /** `retryAt` in milliseconds since the epoch. */
  | { readonly code: 'resend_too_soon'; readonly retryAt: number }
  /** Nothing was sent: another method, or later. */
  | { readonly code: 'delivery_failed' }
  | { readonly code: 'phone_invalid' }
  | { readonly code: 'email_unconfirmed' }
  /** `retryAt` in milliseconds since the epoch; null: at once, with a new sign-in or another method. */
  | { readonly code: 'too_many_attempts'; readonly retryAt: number | null }
  | { readonly code: 'method_not_allowed' }
  | { readonly code: 'session_expired' }
  /** `frozen`: the owner has said that somebody else was at the account, and nobody in charge has looked yet. */
  | { readonly code: 'forbidden'; readonly because?: 'frozen' }
  | { readonly code: 'enforced' }
  | { readonly code: 'field_invalid'; readonly field: string };

export const FROZEN = { code: 'forbidden', because: 'frozen' } as const satisfies Refusal;

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
