/** One session of the provider's that two requests have changed: what either changed is kept. */
import { isDeepStrictEqual } from 'node:util';
import type { AdapterPayload } from 'oidc-provider';

type Authorizations = NonNullable<AdapterPayload['authorizations']>;

/** Who signed in, when and by what: taken from one side, and never half of each. */
function signInOf({ accountId, loginTs, acr, amr, transient }: AdapterPayload) {
  return { accountId, loginTs, acr, amr, transient };
}

/**
 * `mine` and `theirs` both come from `base`. What both have changed is as in mine, which comes later; what a relying
 * party was promised by either stays, since its tokens hold only as long as the session knows them.
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
    // Signed out of one application alone.
    if (!ours) return [];
    const changed = Object.entries(ours).filter(([name, value]) => value !== Object(before)[name]);
    return [[client, { ...others, ...Object.fromEntries(changed) }] as const];
  });
  return Object.fromEntries(merged);
}
