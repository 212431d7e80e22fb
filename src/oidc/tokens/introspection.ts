/** Decides which client may look a token up or revoke it. */
import type { Client, Configuration } from 'oidc-provider';
import type { FindAccount } from '../../use-cases/account/find-account.ts';
import type { ClientRules } from '../clients/client-rules.ts';

type Features = NonNullable<Configuration['features']>;

interface IntrospectionDeps {
  readonly findAccount: FindAccount;
  readonly rules: Pick<ClientRules, 'isForeign'>;
}

export function createIntrospection({ findAccount, rules }: IntrospectionDeps) {
  return {
    enabled: true,
    allowedPolicy: async (_ctx, client, token) => {
      if (!mayAskAbout(client, token)) return false;
      const account = 'accountId' in token ? await findAccount(token.accountId) : null;
      return account !== null && !rules.isForeign(account, token.clientId);
    },
  } satisfies Features['introspection'];
}

export const revocation = {
  enabled: true,
  allowedPolicy: (_ctx, client, token) => client.clientId === token.clientId,
} satisfies Features['revocation'];

/** A resource server is a client with a secret (RFC 7662, 2.1). It may not introspect refresh tokens. */
function mayAskAbout(
  client: Client,
  token: { readonly kind: string; readonly clientId?: string | undefined },
) {
  if (client.clientAuthMethod === 'none') return false;
  return token.kind !== 'RefreshToken' || token.clientId === client.clientId;
}
