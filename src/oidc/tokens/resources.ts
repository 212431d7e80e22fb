/** Resource indicators (RFC 8707): the APIs that accept our access tokens. */
import { type Client, type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { OIDC_SCOPES } from '../../domain/claims.ts';
import type { ResourceServer } from '../../domain/client.ts';
import type { ClientRules } from '../clients/client-rules.ts';
import { askedScopes, type RefuseScopes } from '../requests/scopes.ts';

type Features = NonNullable<Configuration['features']>;

interface ResourceDeps {
  readonly servers: readonly ResourceServer[];
  readonly rules: Pick<ClientRules, 'of'>;
  readonly refuseScopes: RefuseScopes;
}

export function createResourceIndicators({ servers, rules, refuseScopes }: ResourceDeps) {
  const byIdentifier = new Map(servers.map((server) => [server.identifier, server]));

  return {
    enabled: true,
    /** Called for a request that names no API, or more than one of those that were granted. */
    defaultResource(ctx, _client, oneOf) {
      if (isClientCredentials(ctx)) throw new errors.InvalidTarget('name the API in resource');
      return oneOf;
    },
    /** A token request that names no API gets a token for the userinfo endpoint, if it may have one. */
    useGrantedResource: () => false,
    getResourceServerInfo(ctx, identifier, client) {
      const server = byIdentifier.get(identifier);
      if (!server) throw new errors.InvalidTarget('the resource is unknown to this server');
      if (isClientCredentials(ctx)) refuseForeignScopes(ctx, client, server);
      const allowed = rules.of(client.clientId)?.scopes ?? null;
      return {
        scope: server.scopes.filter((scope) => allowed === null || allowed.includes(scope)).join(' '),
        audience: identifier,
        accessTokenFormat: server.accessTokenFormat,
        ...(server.accessSeconds === null ? {} : { accessTokenTTL: server.accessSeconds }),
      };
    },
  } satisfies Features['resourceIndicators'];

  /** A client that acts for itself has no user, and so nothing that a scope of OpenID Connect gives (RFC 6749, 4.4). */
  function refuseForeignScopes(ctx: KoaContextWithOIDC, client: Client, server: ResourceServer): void {
    const scopes = askedScopes(ctx);
    refuseScopes(client, { scopes, resources: [server.identifier] });
    const ofUsers = scopes.find((one) => OIDC_SCOPES.includes(one));
    if (ofUsers !== undefined)
      throw new errors.InvalidScope('client_credentials has no user for this scope', ofUsers);
  }
}

function isClientCredentials({ oidc }: KoaContextWithOIDC): boolean {
  return oidc.route === 'token' && oidc.params?.grant_type === 'client_credentials';
}
