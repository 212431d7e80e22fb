/** The rules of the configured relying parties, beside their metadata, and the APIs that accept their tokens. */
import type { Account } from '../../domain/account.ts';
import { OWN_CLIENT } from './own-client.ts';

/** A relying party and its rules. */
export interface ProviderClient {
  readonly clientId: string;
  /** Client metadata as oidc-provider takes it. */
  readonly metadata: Readonly<Record<string, unknown>> & { readonly client_id: string };
  /** No consent page is shown. */
  readonly firstParty: boolean;
  /** `auto`: PKCE of a public client, PKCE or a nonce of a confidential one. */
  readonly requirePkce: 'auto' | boolean;
  /** The claims of granted scopes stand in the ID token too. */
  readonly claimsInIdToken: boolean;
  /** The scopes that the client may ask for, those of APIs too; null: all. */
  readonly scopes: readonly string[] | null;
  readonly rotateRefreshTokens: boolean;
  /** `session`: refresh tokens end with the session. `offline`: only `offline_access` gives one. */
  readonly refreshTokens: 'session' | 'offline';
  /** Seconds. */
  readonly tokenLifetimes: { readonly access: number; readonly refresh: number };
  readonly profile: 'fapi2' | null;
  readonly assertionAudience: 'issuer' | 'lenient';
  /** Only members of this tenant may sign in; null: members of every tenant. */
  readonly tenantId: string | null;
}

/** An API. Its access tokens are `jwt` (RFC 9068), or `opaque` and looked up by introspection. */
export interface ResourceServer {
  /** The value of `resource`, and the audience of the tokens. Compared character by character. */
  readonly identifier: string;
  readonly scopes: readonly string[];
  readonly accessTokenFormat: 'jwt' | 'opaque';
  /** Seconds. Null: as long as the other access tokens of the client. */
  readonly accessSeconds: number | null;
}

export interface ClientRules {
  /** Undefined for our own client, and for an unknown one. */
  of(clientId: string | undefined): ProviderClient | undefined;
  isFirstParty(clientId: string | undefined): boolean;
  /** Whether the client belongs to another tenant than the account. */
  isForeign(account: Pick<Account, 'tenantId'>, clientId: string | undefined): boolean;
}

export function createClientRules(clients: readonly ProviderClient[]): ClientRules {
  const byId = new Map(clients.map((client) => [client.clientId, client]));
  const of = (clientId: string | undefined) => (clientId === undefined ? undefined : byId.get(clientId));
  return {
    of,
    isFirstParty: (clientId) => clientId === OWN_CLIENT || of(clientId)?.firstParty === true,
    isForeign: ({ tenantId }, clientId) => (of(clientId)?.tenantId ?? tenantId) !== tenantId,
  };
}
