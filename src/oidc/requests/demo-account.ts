/** A request parameter of the built-in demo: the account whose address and password the sign-in page shows. */

/** Its value is the id of a demo account. The provider of every other configuration ignores it. */
export const DEMO_ACCOUNT = 'demo_account';

/** For `extraParams`. */
export function demoParameters(isDemo: boolean): Readonly<Record<string, null>> {
  return isDemo ? { [DEMO_ACCOUNT]: null } : {};
}
