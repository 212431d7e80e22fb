/** The operator's commands for one person: lost phones, audit events, frozen accounts. */
import { type Account, normaliseEmail } from '../../domain/account.ts';
import type { FactorSummary } from '../../domain/enrolment/enrolment.ts';
import type { AuditEvent } from '../../domain/events.ts';
import { wasReported } from '../../domain/sign-in/sign-in-record.ts';
import type { EventLog } from '../../ports/events.ts';
import type { AccountStore, AuditReader, SignInRecordStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';

interface OperationDeps {
  readonly accounts: Pick<AccountStore, 'findByEmail' | 'findById' | 'pageByTenant' | 'setFrozen'>;
  readonly factors: {
    list(accountId: string): Promise<FactorSummary[]>;
    remove(accountId: string, which: { id: string } | 'all'): Promise<FactorSummary[]>;
  };
  readonly records: Pick<SignInRecordStore, 'listByAccount' | 'remove'>;
  readonly audit: AuditReader;
  readonly events: EventLog;
  readonly clock: Clock;
}

/** An event, and the e-mail address of its account, since an id is of no use to an operator. */
export type AuditLine = AuditEvent & { readonly email: string | null };

export interface AuditQuery {
  readonly tenantId?: string | undefined;
  readonly email?: string | undefined;
  readonly limit: number;
}

/** Accounts that are read at a time. */
const PAGE = 500;

export function createOperation({ accounts, factors, records, audit, events, clock }: OperationDeps) {
  /** Tenant by tenant, in the order given. Gives pages, so that a tenant of any size fits into memory. */
  async function* listAccounts(tenantIds: readonly string[]): AsyncGenerator<readonly Account[]> {
    for (const id of tenantIds) {
      let after: string | null = null;
      do {
        const page: readonly Account[] = await accounts.pageByTenant(id, after, PAGE);
        if (page.length > 0) yield page;
        after = page.at(-1)?.email ?? null;
      } while (after !== null);
    }
  }

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

  /**
   * Allows changes of factors again after "it was not me". False when they were allowed. Null when there is no
   * such account. Removes the sign-in records that the report has ended, so that they do not become valid again.
   */
  async function unfreeze(email: string): Promise<boolean | null> {
    const account = await accounts.findByEmail(normaliseEmail(email));
    if (account === null) return null;
    if (account.frozenAt === null) return false;
    for (const { sessionUid, authentications } of await records.listByAccount(account.id, clock.now())) {
      if (wasReported(authentications, account)) await records.remove(sessionUid);
    }
    await accounts.setFrozen(account.id, null);
    await events.append({ name: 'account.unfrozen', accountId: account.id, tenantId: account.tenantId });
    return true;
  }

  /** Newest first. Null when the account of the query does not exist. */
  async function listAudit({ tenantId, email, limit }: AuditQuery): Promise<AuditLine[] | null> {
    const account = email === undefined ? undefined : await accounts.findByEmail(normaliseEmail(email));
    if (account === null) return null;
    const lines = await audit.list({
      limit,
      ...(tenantId === undefined ? {} : { tenantId }),
      ...(account === undefined ? {} : { accountId: account.id }),
    });
    const emails = new Map<string | null, string | null>([[null, null]]);
    for (const { accountId: id } of lines) {
      if (id !== null && !emails.has(id)) emails.set(id, (await accounts.findById(id))?.email ?? null);
    }
    return lines.map((line) => ({ ...line, email: emails.get(line.accountId) ?? null }));
  }

  return { listAccounts, listFactors, removeFactors, unfreeze, listAudit };
}
