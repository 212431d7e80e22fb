/** Decides which clients get a refresh token, and whether it ends with the session. */
import type { Configuration } from 'oidc-provider';
import type { ClientRules } from '../clients/client-rules.ts';

/** Without `refresh_tokens: session` only `offline_access` gives a refresh token, and that outlives the session. */
export function createSessionBinding(rules: Pick<ClientRules, 'of'>) {
  const isBound = (clientId: string | undefined) => rules.of(clientId)?.refreshTokens === 'session';
  return {
    issueRefreshToken: (_ctx, client, { scopes }) =>
      client.grantTypeAllowed('refresh_token') && (isBound(client.clientId) || scopes.has('offline_access')),
    expiresWithSession: (_ctx, { clientId, scopes }) => isBound(clientId) || !scopes.has('offline_access'),
  } satisfies Pick<Configuration, 'issueRefreshToken' | 'expiresWithSession'>;
}
