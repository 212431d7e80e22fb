/** The length of a new password (NIST SP 800-63B-4, 3.1.1.2). */
import type { Account } from './account.ts';
import { enforcementFor, type Tenant } from './tenant.ts';

/** Characters of a password that stands beside a required second factor. */
const SHORTEST_OF_TWO_FACTORS = 8;
/** Characters of a password that may be the only factor. */
const SHORTEST_ALONE = 15;
/** Characters. No stored password is longer. */
export const LONGEST_PASSWORD = 128;

/** The reason why a password is not taken. */
export type PasswordFault =
  | { readonly because: 'too_short'; readonly minimum: number }
  | { readonly because: 'too_long'; readonly maximum: number };

/** The fewest characters: fewer where the tenant requires a second factor of this account. */
function shortestPassword(tenant: Tenant | null, account: Pick<Account, 'groups'>): number {
  const isRequired = tenant !== null && enforcementFor(tenant.secondFactor, account) === 'required';
  return isRequired ? SHORTEST_OF_TWO_FACTORS : SHORTEST_ALONE;
}

/** Null when there is none. `password` is normalised. */
export function faultOf(
  password: string,
  account: Pick<Account, 'groups'>,
  tenant: Tenant | null,
): PasswordFault | null {
  const length = [...password].length;
  const minimum = shortestPassword(tenant, account);
  if (length > LONGEST_PASSWORD) return { because: 'too_long', maximum: LONGEST_PASSWORD };
  return length < minimum ? { because: 'too_short', minimum } : null;
}
