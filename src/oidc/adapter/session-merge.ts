/** Merges a session of the provider that two requests have changed. The changes of both are kept. */
import { isDeepStrictEqual } from 'node:util';
import type { AdapterPayload } from 'oidc-provider';

type Authorizations = NonNullable<AdapterPayload['authorizations']>;

/** The sign-in of a session. A merge takes all of it from one side. */
function signInOf({ accountId, loginTs, acr, amr, transient }: AdapterPayload) {
  return { accountId, loginTs, acr, amr, transient };
}

/**
 * `mine` and `theirs` both come from `base`. If both changed a field, the later `mine` wins. The authorizations of
 * either stay, because the tokens of a relying party hold only as long as the session lists them.
 */
export function mergeSession(
  base: AdapterPayload,
  mine: AdapterPayload,
  theirs: AdapterPayload,
): AdapterPayload {
  const newest = isDeepStrictEqual(signInOf(base), signInOf(mine)) ? theirs : mine;
  return {
    ...theirs,
    ...signInOf(newest),
    exp: newest.exp,
    state: isDeepStrictEqual(base.state, mine.state) ? theirs.state : mine.state,
    authorizations: mergeAuthorizations(base.authorizations, mine.authorizations, theirs.authorizations),
  };
}

function mergeAuthorizations(
  base: Authorizations = {},
  mine: Authorizations = {},
  theirs: Authorizations = {},
): Authorizations {
  const clients = new Set([...Object.keys(theirs), ...Object.keys(mine)]);
  const merged = [...clients].flatMap((client) => {
    const [before, ours, others] = [base[client], mine[client], theirs[client]];
    if (isDeepStrictEqual(before, ours)) return others ? [[client, others] as const] : [];
    // The request has signed out of one application only.
    if (!ours) return [];
    const changed = Object.entries(ours).filter(([name, value]) => value !== Object(before)[name]);
    return [[client, { ...others, ...Object.fromEntries(changed) }] as const];
  });
  return Object.fromEntries(merged);
}
