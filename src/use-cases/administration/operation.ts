/** The operator's commands for one person: lost phones, audit events. */
import { normaliseEmail } from '../../domain/account.ts';
import type { FactorSummary } from '../../domain/enrolment/enrolment.ts';
import type { AuditEvent } from '../../domain/events.ts';
import type { AccountStore, AuditReader } from '../../ports/stores.ts';

interface OperationDeps {
  readonly accounts: Pick<AccountStore, 'findByEmail' | 'findById'>;
  readonly factors: {
    list(accountId: string): Promise<FactorSummary[]>;
    remove(accountId: string, which: { id: string } | 'all'): Promise<FactorSummary[]>;
  };
  readonly audit: AuditReader;
}

/** An event, and the e-mail address of its account, since an id is of no use to an operator. */
export type AuditLine = AuditEvent & { readonly email: string | null };

export interface AuditQuery {
  readonly tenantId?: string | undefined;
  readonly email?: string | undefined;
  /** As the audit log stores it. */
  readonly reference?: string | undefined;
  readonly limit: number;
}

export function createOperation({ accounts, factors, audit }: OperationDeps) {
  /** Oldest first. Null when there is no such account. */
  async function listFactors(email: string): Promise<FactorSummary[] | null> {
    const account = await accounts.findByEmail(normaliseEmail(email));
    return account === null ? null : factors.list(account.id);
  }

  /** Returns the removed factors. Null when there is no such account. */
  async function removeFactors(
    email: string,
    which: { id: string } | 'all',
  ): Promise<FactorSummary[] | null> {
    const account = await accounts.findByEmail(normaliseEmail(email));
    return account === null ? null : factors.remove(account.id, which);
  }

  /** Newest first. Null when the account of the query does not exist. */
  async function listAudit({ tenantId, email, reference, limit }: AuditQuery): Promise<AuditLine[] | null> {
    const account = email === undefined ? undefined : await accounts.findByEmail(normaliseEmail(email));
    if (account === null) return null;
    const lines = await audit.list({
      limit,
      ...(tenantId === undefined ? {} : { tenantId }),
      ...(account === undefined ? {} : { accountId: account.id }),
      ...(reference === undefined ? {} : { reference }),
    });
    const emails = new Map<string | null, string | null>([[null, null]]);
    for (const { accountId: id } of lines) {
      if (id !== null && !emails.has(id)) emails.set(id, (await accounts.findById(id))?.email ?? null);
    }
    return lines.map((line) => ({ ...line, email: emails.get(line.accountId) ?? null }));
  }

  return { listFactors, removeFactors, listAudit };
}
