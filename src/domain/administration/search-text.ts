/** The spelling of texts that administrators search people by. Case and accents do not count. */
import { type Account, shownEmail } from '../account.ts';

/** Characters. The rest of a longer text is not searched for. */
const LONGEST = 100;
/** UTF-16 units that are spelled: combining marks in a row take time by the square of their number. */
const MOST_SPELLED = 2000;

/** Compatibility forms are unfolded (UAX 15, NFKD), marks dropped, letters small, and both small sigmas are one. */
export function searchText(text: string): string {
  const plain = text
    .slice(0, MOST_SPELLED)
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '');
  const small = plain.toLowerCase().replaceAll('\u03c2', '\u03c3').trim();
  return [...small.slice(0, 2 * LONGEST)].slice(0, LONGEST).join('');
}

/**
 * An e-mail address as people type it into a search: without accents, and with the letters of its domain. Null where the
 * address itself begins so, as almost every one does.
 */
export function searchEmailText(email: string): string | null {
  const text = searchText(shownEmail(email));
  return email.startsWith(text) ? null : text;
}

/** The texts by which a person is found, beside the e-mail address itself. */
export interface SearchTexts {
  readonly name: string;
  readonly familyName: string | null;
  readonly email: string | null;
}

export function searchTextsOf({
  name,
  familyName,
  email,
}: Pick<Account, 'name' | 'familyName' | 'email'>): SearchTexts {
  return {
    name: searchText(name),
    familyName: familyName === null ? null : searchText(familyName),
    email: searchEmailText(email),
  };
}

/** A text after all that begin with this one, in the order of code points. */
export function endOfPrefix(text: string): string {
  return `${text}\u{10ffff}`;
}
