/** Checks the details that people type about themselves. */
import { isEmail } from '../account.ts';

/** Characters. The configuration file has the same limit. */
const LONGEST_PERSON_NAME = 200;

/** RFC 5321, 4.5.3.1.3. */
const LONGEST_TYPED_EMAIL = 254;

/** Characters that a name can't have: line breaks and other controls, and signs that turn the direction of a text. */
const UNFIT = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

/** The name as it is kept. Null when it is empty, too long, or unfit. */
export function personName(typed: string): string | null {
  const name = typed
    .slice(0, 4 * LONGEST_PERSON_NAME)
    .normalize('NFC')
    .trim();
  const isFit = name !== '' && [...name].length <= LONGEST_PERSON_NAME && !UNFIT.test(name);
  return isFit ? name : null;
}

/** Whether what was typed as a telephone number removes the number of the account. */
export function removesPhone(typed: string): boolean {
  return typed.trim() === '';
}

/** Whether a normalised text can be the address of a person: mail programs take these characters for a second address. */
export function isTypedEmail(email: string): boolean {
  return (
    email.length <= LONGEST_TYPED_EMAIL &&
    /^[^\s\p{Cc}@,;:<>()[\]"\\]+@[^\s@,;:<>()[\]"\\]+$/u.test(email) &&
    isEmail(email)
  );
}
