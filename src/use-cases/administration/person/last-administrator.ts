/**
 * Keeps one enabled administrator in each tenant. Two administrators may disable or demote each other at once. So the change
 * is stored first, and the others are counted after it: of two such changes at least one sees both, and is taken back.
 */
import type { Account } from '../../../domain/account.ts';
import type { AccountStore } from '../../../ports/stores.ts';

export interface RemovalOfAdministrator {
  /** Stores the change. */
  readonly apply: () => Promise<unknown>;
  /** Takes it back. */
  readonly undo: () => Promise<unknown>;
}

export function createLastAdministrator({ accounts }: { accounts: Pick<AccountStore, 'listByRole'> }) {
  async function hasOther({ id, tenantId }: Account): Promise<boolean> {
    const administrators = await accounts.listByRole(tenantId, 'admin');
    return administrators.some((each) => each.id !== id && each.disabledAt === null);
  }

  /** False: nothing has changed, because the tenant would have no administrator left. */
  async function removeUnlessLast(
    account: Account,
    { apply, undo }: RemovalOfAdministrator,
  ): Promise<boolean> {
    const counts = account.role === 'admin' && account.disabledAt === null;
    if (counts && !(await hasOther(account))) return false;
    await apply();
    if (!counts || (await hasOther(account))) return true;
    await undo();
    return false;
  }

  return { removeUnlessLast };
}

export type LastAdministrator = ReturnType<typeof createLastAdministrator>;
