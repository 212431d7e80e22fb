/** The names and tenants of the configured clients. */
import type { ClientConfig } from '../config/shape.ts';
import { applicationLink } from '../oidc/clients/application-link.ts';
import { OWN_CLIENT } from '../oidc/clients/own-client.ts';

export interface ClientNames {
  readonly nameOf: (clientId: string) => string;
  /** Null: members of every tenant may sign in there. */
  readonly tenantOf: (clientId: string) => string | null;
  /** The address at which a person goes on in the application. Null: it has none. */
  readonly linkOf: (clientId: string) => string | null;
}

export function clientNamesOf(clients: readonly ClientConfig[], issuer: string): ClientNames {
  const byId = new Map(clients.map((client) => [client.clientId, client]));
  return {
    nameOf: (id) => (id === OWN_CLIENT ? 'Doublelock' : String(byId.get(id)?.metadata.client_name ?? id)),
    tenantOf: (id) => byId.get(id)?.tenantId ?? null,
    linkOf(id) {
      const metadata: Readonly<Record<string, unknown>> = byId.get(id)?.metadata ?? {};
      return applicationLink(
        { initiate_login_uri: metadata.initiate_login_uri, client_uri: metadata.client_uri },
        issuer,
      );
    },
  };
}
