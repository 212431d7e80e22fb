/** The settings of relying parties, beside their metadata, and of the APIs that accept their tokens. */

/** A relying party and its rules. */
export interface ClientSettings {
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
