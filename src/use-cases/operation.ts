/** What the operator does at the machine itself, for a person who lost the phone or asks what happened. */
import { type Account, normaliseEmail } from '../domain/account.ts';
import { secondFactorSubject } from '../domain/attempts.ts';
import type { AuditEvent } from '../domain/audit-event.ts';
import type { Enrolment } from '../domain/enrolment.ts';
import type { AccountStore, AuditStore, EnrolmentStore, LockoutStore } from '../ports/stores.ts';
import type { Clock, Random } from '../ports/system.ts';

interface Needs {
  readonly accounts: Pick<AccountStore, 'findByEmail' | 'findById' | 'listByTenant'>;
  readonly enrolments: Pick<EnrolmentStore, 'listByAccount' | 'remove'>;
  readonly lockouts: Pick<LockoutStore, 'reset'>;
  readonly audit: AuditStore;
  readonly clock: Clock;
  readonly random: Random;
}

/** A factor without its secret. */
export type Factor = Pick<Enrolment, 'id' | 'method' | 'label' | 'app' | 'isDefault' | 'createdAt'>;

/** An event, and the address of whom it is about: an id tells an operator nothing. */
export type AuditLine = AuditEvent & { readonly email: string | null };

export interface AuditQuery {
  readonly tenantId?: string | undefined;
  readonly email?: string | undefined;
  readonly limit: number;
}

export function createOperation({ accounts, enrolments, lockouts, audit, clock, random }: Needs) {
  /** Tenant by tenant, in the order given. */
  async function listAccounts(tenantIds: readonly string[]): Promise<Account[]> {
    const lists: Account[][] = [];
    for (const id of tenantIds) lists.push(await accounts.listByTenant(id));
    return lists.flat();
  }

  /** Oldest first; null when there is no such account. */
  async function listFactors(email: string): Promise<Factor[] | null> {
    const account = await accounts.findByEmail(normaliseEmail(email));
    return account === null ? null : (await enrolments.listByAccount(account.id)).map(withoutSecret);
  }

  /**
   * Removes one factor, or all of them, and forgets the failures and the lock that stood against them: what is set
   * up next starts anew. Gives what was removed; null when there is no such account.
   */
  async function removeFactors(email: string, which: { id: string } | 'all'): Promise<Factor[] | null> {
    const account = await accounts.findByEmail(normaliseEmail(email));
    if (account === null) return null;
    const found = await enrolments.listByAccount(account.id);
    const removed: Factor[] = [];
    for (const enrolment of found.filter(({ id }) => which === 'all' || id === which.id)) {
      if (!(await enrolments.remove(account.id, enrolment.id))) continue;
      await audit.append(removal(enrolment));
      removed.push(withoutSecret(enrolment));
    }
    if (removed.length > 0) await lockouts.reset(secondFactorSubject(account.id));
    return removed;
  }

  /** Newest first; null when it is asked of an account that does not exist. */
  async function listAudit({ tenantId, email, limit }: AuditQuery): Promise<AuditLine[] | null> {
    const account = email === undefined ? undefined : await accounts.findByEmail(normaliseEmail(email));
    if (account === null) return null;
    const events = await audit.list({
      limit,
      ...(tenantId === undefined ? {} : { tenantId }),
      ...(account === undefined ? {} : { accountId: account.id }),
    });
    const emails = new Map<string | null, string | null>([[null, null]]);
    for (const { accountId: id } of events) {
      if (id !== null && !emails.has(id)) emails.set(id, (await accounts.findById(id))?.email ?? null);
    }
    return events.map((event) => ({ ...event, email: emails.get(event.accountId) ?? null }));
  }

  function removal({ accountId, tenantId, method }: Enrolment): AuditEvent {
    return {
      id: random.id(),
      at: clock.now(),
      event: 'enrolment.removed',
      accountId,
      tenantId,
      clientId: null,
      method,
      reason: null,
      address: null,
    };
  }

  return { listAccounts, listFactors, removeFactors, listAudit };
}

function withoutSecret({ id, method, label, app, isDefault, createdAt }: Enrolment): Factor {
  return { id, method, label, app, isDefault, createdAt };
}
