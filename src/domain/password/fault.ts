/** The reasons why a new password is refused, and the patterns that make one easy to guess. */

/** The reason why a password is not taken. */
export type PasswordFault =
  | { readonly because: 'too_short'; readonly minimum: number }
  | { readonly because: 'too_long'; readonly maximum: number }
  /** `common`: in the list of common passwords. `breached`: in the operator's file. */
  | { readonly because: 'common' | 'breached' }
  /** The name or the address of the person, the name of the workspace, or the name of the product. */
  | { readonly because: 'about_you' };

/** Patterns that an estimate of strength finds in a password, each with words of its own. */
export const PASSWORD_PATTERNS = [
  'keyboard',
  'repeats',
  'sequence',
  'date',
  'known_password',
  'word',
  'substitution',
  'your_details',
] as const;
export type PasswordPattern = (typeof PASSWORD_PATTERNS)[number];
