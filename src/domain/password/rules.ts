/** The rules of a new password: its length, and texts that anybody would try first (NIST SP 800-63B-4, 3.1.1.2). */
import type { Account } from '../account.ts';
import { enforcementFor, type Tenant } from '../tenant.ts';
import type { PasswordFault } from './fault.ts';

/** Characters of a password that stands beside a required second factor. */
const SHORTEST_OF_TWO_FACTORS = 8;
/** Characters of a password that may be the only factor. */
const SHORTEST_ALONE = 15;
/** Characters. No stored password is longer. */
export const LONGEST_PASSWORD = 128;

/** The details of an account that decide about its password. */
export interface PasswordOwner
  extends Pick<Account, 'name' | 'givenName' | 'familyName' | 'username' | 'tenantId' | 'groups'> {
  readonly email: string;
}

/** Characters as people count them: code points, as the standard has it. */
export function passwordLength(password: string): number {
  return [...password].length;
}

/** The fewest characters: fewer where the tenant requires a second factor of this account. */
export function shortestPassword(tenant: Tenant | null, account: Pick<Account, 'groups'>): number {
  const isRequired = tenant !== null && enforcementFor(tenant.secondFactor, account) === 'required';
  return isRequired ? SHORTEST_OF_TWO_FACTORS : SHORTEST_ALONE;
}

/** The words about a person that a stranger can find out, and the names of the product and the workspace. */
export function wordsAbout(account: PasswordOwner, tenant: Tenant | null): readonly string[] {
  const { email, name, givenName, familyName, username } = account;
  const words = [email, email.slice(0, email.lastIndexOf('@')), email.slice(email.lastIndexOf('@') + 1)];
  const names = [name, givenName, familyName, username, tenant?.id, tenant?.name, 'doublelock'];
  return [...words, ...names].filter((word): word is string => Boolean(word));
}

/** The faults that need no list. Null when there is none. `password` is normalised. */
export function faultOf(
  password: string,
  account: PasswordOwner,
  tenant: Tenant | null,
): PasswordFault | null {
  const length = passwordLength(password);
  const minimum = shortestPassword(tenant, account);
  if (length > LONGEST_PASSWORD) return { because: 'too_long', maximum: LONGEST_PASSWORD };
  if (length < minimum) return { because: 'too_short', minimum };
  const own = new Set(wordsAbout(account, tenant).map(lettersOf));
  const isOwn = [password, repeatedPart(password)].some((part) => own.has(lettersOf(part)));
  return isOwn ? { because: 'about_you' } : null;
}

/** The spellings under which a list of common passwords is asked for a password. */
export function commonSpellings(password: string): readonly string[] {
  const folded = foldedPassword(password);
  const part = repeatedPart(folded);
  return part === folded ? [folded] : [folded, part];
}

/** Without the differences that people make last: capitals, and wide or otherwise compatible forms of a letter. */
export function foldedPassword(password: string): string {
  return password.normalize('NFKC').toLowerCase();
}

/** The letters and digits alone, so that `Bob Jansen` is found as `bob.jansen!` too. Empty becomes no word. */
function lettersOf(text: string): string {
  return foldedPassword(text).replace(/[^\p{L}\p{N}]/gu, '') || text;
}

/** The shortest beginning that, repeated, gives the whole text: `password` for `passwordpass`. Else the text itself. */
export function repeatedPart(text: string): string {
  const units = [...text];
  // The failure function of Knuth, Morris and Pratt: the longest end of each beginning that is a beginning too.
  const ends = [0];
  for (let at = 1, length = 0; at < units.length; at++) {
    while (length > 0 && units[at] !== units[length]) length = ends[length - 1] ?? 0;
    if (units[at] === units[length]) length++;
    ends.push(length);
  }
  return units.slice(0, units.length - (ends.at(-1) ?? 0)).join('');
}
