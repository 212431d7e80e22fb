/** The first-party rule: no consent page, and the requested scopes are granted without it. */
import { hash } from 'node:crypto';
import type { Grant, interactionPolicy, KoaContextWithOIDC } from 'oidc-provider';
import { askedScopes } from '../requests/scopes.ts';

/** First-party clients have no consent page, whatever the scope or the client's type. */
export function liftConsent(
  policy: interactionPolicy.DefaultPolicy,
  isFirstParty: (clientId: string) => boolean,
): void {
  for (const check of policy.get('consent')?.checks ?? []) {
    const asked = check.check;
    check.check = (ctx) => (isFirstParty(String(ctx.oidc.client?.clientId)) ? false : asked(ctx));
  }
}

/** The grant of this session and client; a first-party client's is made, or widened, to what it asks for. */
export async function loadGrant(ctx: KoaContextWithOIDC, isFirstParty: (clientId: string) => boolean) {
  const { provider, client, session, account, result } = ctx.oidc;
  if (!client || !session || !account) return undefined;
  const grantId = result?.consent?.grantId ?? session.grantIdFor(client.clientId);
  const existing = grantId ? await provider.Grant.find(grantId) : undefined;
  const grant = existing?.accountId === account.accountId ? existing : undefined;
  if (!isFirstParty(client.clientId)) return grant;

  const own = grant ?? new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
  // Two simultaneous requests do not know of each other, and the session has room for one grant of this client.
  if (!grant) own.jti = nameFor('grant', session.jti, client.clientId, grantId);
  if (!session.sidFor(client.clientId))
    session.sidFor(client.clientId, nameFor('sid', session.jti, client.clientId));
  const encountered = new Set(own.getOIDCScopeEncountered().split(' '));
  const missing = [...ctx.oidc.requestParamOIDCScopes].filter((scope) => !encountered.has(scope));
  const claims = [...ctx.oidc.requestParamClaims];
  const ofApis = missingOfApis(ctx, own);
  if (grant && missing.length === 0 && claims.length === 0 && ofApis.length === 0) return grant;
  own.addOIDCScope([...ctx.oidc.requestParamOIDCScopes].join(' '));
  for (const [identifier, scopes] of ofApis) own.addResourceScope(identifier, scopes.join(' '));
  if (claims.length > 0) own.addOIDCClaims(claims);
  await own.save();
  return own;
}

/** The requested scopes that the grant does not have yet, by API. */
function missingOfApis({ oidc }: KoaContextWithOIDC, grant: Grant): [identifier: string, scopes: string[]][] {
  return Object.entries(oidc.resourceServers ?? {}).flatMap(([identifier, server]) => {
    const encountered = grant.getResourceScopeEncountered(identifier).split(' ');
    const missing = [...oidc.requestParamScopes].filter(
      (scope) => server.scopes.has(scope) && !encountered.includes(scope),
    );
    return missing.length > 0 ? [[identifier, missing]] : [];
  });
}

/**
 * The same for whoever asks for the same at the same time, and another under the session's next id. That is as hard to
 * guess as the cookie is, so that its digest needs no key.
 */
function nameFor(what: string, sessionId: string, clientId: string, earlier = ''): string {
  return hash('sha256', JSON.stringify([what, sessionId, clientId, earlier]), 'base64url');
}

/** The library drops `offline_access` without a consent prompt; a first-party client has none to show. */
export function keepOfflineAccess(isFirstParty: (clientId: string) => boolean) {
  return (ctx: KoaContextWithOIDC, scope: string | undefined) => {
    const { client, params } = ctx.oidc;
    const granted = client && isFirstParty(client.clientId) && client.grantTypeAllowed('refresh_token');
    if (!granted || !params || scope === undefined) return;
    const wanted = askedScopes(ctx).includes('offline_access');
    if (wanted && !scope.split(' ').includes('offline_access')) params.scope = `${scope} offline_access`;
  };
}
