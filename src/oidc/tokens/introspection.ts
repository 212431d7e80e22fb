/** Decides which client may look a token up or revoke it, and what introspection tells about its user. */
import type { AccessToken, Client, ClientCredentials, Configuration, RefreshToken } from 'oidc-provider';
import type { Account } from '../../domain/account.ts';
import type { FindAccount } from '../../use-cases/account/find-account.ts';
import type { ClientRules } from '../clients/client-rules.ts';
import { groupClaims } from './access-token-claims.ts';

type Features = NonNullable<Configuration['features']>;
type Introspected = AccessToken | ClientCredentials | RefreshToken;

interface IntrospectionDeps {
  readonly findAccount: FindAccount;
  readonly rules: Pick<ClientRules, 'of' | 'isFirstParty' | 'isForeign'>;
}

export function createIntrospection({ findAccount, rules }: IntrospectionDeps) {
  return {
    enabled: true,
    allowedPolicy: async ({ oidc }, client, token) => {
      // A token of a client that a reload has removed is of no use any more.
      if (!rules.of(token.clientId) || !mayAskAbout(client, token, rules)) return false;
      if (!('accountId' in token)) return true;
      const account = await findAccount(token.accountId);
      if (!account || rules.isForeign(account, token.clientId)) return false;
      const granted = oidc.entities.Grant?.getOIDCScope().split(' ') ?? [];
      if (token.kind === 'AccessToken')
        tellAbout(account, token, granted.includes('profile') || mayKnowName(client, token, rules));
      return true;
    },
  } satisfies Features['introspection'];
}

export const revocation = {
  enabled: true,
  allowedPolicy: (_ctx, client, token) => client.clientId === token.clientId,
} satisfies Features['revocation'];

/**
 * A resource server is a client with a secret (RFC 7662, 2.1). It may not introspect refresh tokens. A client whose id
 * is the identifier of an API is that API, and nobody else may introspect its tokens, their own client apart.
 */
function mayAskAbout(client: Client, token: Introspected, rules: Pick<ClientRules, 'of'>): boolean {
  if (client.clientAuthMethod === 'none') return false;
  if (token.clientId === client.clientId) return true;
  if (token.kind === 'RefreshToken') return false;
  const api = audienceOf(token);
  return api === undefined || api === client.clientId || !rules.of(api);
}

/** Tokens for the userinfo endpoint have no audience, all others have one. */
function audienceOf({ aud }: AccessToken | ClientCredentials): string | undefined {
  return typeof aud === 'string' ? aud : undefined;
}

/** Without the scope `profile` the name is for our own applications and for an API. It may be the e-mail address. */
function mayKnowName(
  { clientId }: Client,
  token: AccessToken,
  rules: Pick<ClientRules, 'isFirstParty'>,
): boolean {
  return rules.isFirstParty(clientId) || (audienceOf(token) !== undefined && clientId !== token.clientId);
}

/** The answer has the name (RFC 7662, 2.2) and the groups of today, not those of the time at which it was issued. */
function tellAbout(account: Account, token: AccessToken, isNamed: boolean): void {
  token.extra = {
    ...token.extra,
    ...('groups' in (token.extra ?? {}) ? groupClaims(account) : {}),
    ...(isNamed ? { username: account.username ?? account.email } : {}),
  };
}
