/** The names and tenants of the configured clients. */
import type { ClientConfig } from '../config/shape.ts';
import { OWN_CLIENT } from '../oidc/clients/own-client.ts';

export interface ClientNames {
  readonly nameOf: (clientId: string) => string;
  /** Null: members of every tenant may sign in there. */
  readonly tenantOf: (clientId: string) => string | null;
}

export function clientNamesOf(clients: readonly ClientConfig[]): ClientNames {
  const byId = new Map(clients.map((client) => [client.clientId, client]));
  return {
    nameOf: (id) => (id === OWN_CLIENT ? 'Doublelock' : String(byId.get(id)?.metadata.client_name ?? id)),
    tenantOf: (id) => byId.get(id)?.tenantId ?? null,
  };
}
