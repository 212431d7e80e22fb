/** Answers questions about the configured relying parties. */
import type { Account } from '../../domain/account.ts';
import type { ClientSettings } from '../../domain/client.ts';
import { OWN_CLIENT } from './own-client.ts';

export interface ClientRules {
  /** Undefined for our own client, and for an unknown one. */
  of(clientId: string | undefined): ClientSettings | undefined;
  isFirstParty(clientId: string | undefined): boolean;
  /** Whether the client belongs to another tenant than the account. */
  isForeign(account: Pick<Account, 'tenantId'>, clientId: string | undefined): boolean;
}

export function createClientRules(clients: readonly ClientSettings[]): ClientRules {
  const byId = new Map(clients.map((client) => [client.clientId, client]));
  const of = (clientId: string | undefined) => (clientId === undefined ? undefined : byId.get(clientId));
  return {
    of,
    isFirstParty: (clientId) => clientId === OWN_CLIENT || of(clientId)?.firstParty === true,
    isForeign: ({ tenantId }, clientId) => (of(clientId)?.tenantId ?? tenantId) !== tenantId,
  };
}
