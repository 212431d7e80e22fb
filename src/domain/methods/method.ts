/** The names of the second-factor methods, in the order in which they are offered. */

/** The methods of the product. */
export const METHOD_NAMES = ['passkey', 'app', 'totp', 'sms', 'email', 'recovery'] as const;

/** A method of the product, or one that a host adds to the catalogue under a name with the prefix `x-`. */
export type MethodName = (typeof METHOD_NAMES)[number] | `x-${string}`;

/** The methods that a tenant may list in its configuration. Recovery codes come with any of them. */
export const CONFIGURABLE_METHODS = ['totp', 'email', 'sms', 'app', 'passkey'] as const;

const KNOWN: readonly unknown[] = METHOD_NAMES;
const ADDED = /^x-[a-z0-9-]{1,30}$/;

/** Whether a host may add a method under this name. */
function isAddedName(value: unknown): value is `x-${string}` {
  return typeof value === 'string' && ADDED.test(value);
}

/** Whether a stored value can be the name of a method. The policy counts those of its catalogue alone. */
export function isMethodName(value: unknown): value is MethodName {
  return KNOWN.includes(value) || isAddedName(value);
}
