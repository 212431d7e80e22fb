/** People by a scan of the accounts, until the stores answer by themselves. */
import { isInScope } from '../../domain/administration/may-act.ts';
import { secondFactorSubject } from '../../domain/sign-in/attempts.ts';
import type { PeopleQuery, PeopleStore } from '../../ports/administration/people-store.ts';
import type { Stores } from '../parts.ts';

export function scannedPeople({
  accounts,
  administration,
}: Pick<Stores, 'accounts' | 'administration'>): PeopleStore {
  async function all(scope: Parameters<PeopleStore['page']>[0], query: PeopleQuery, now: number) {
    const everybody = (await accounts.pageByTenant(scope.tenantId, null, 100_000)).filter((each) =>
      isInScope(scope, each),
    );
    const found = [];
    for (const account of everybody) {
      const factors = ((await administration.methodsOf([account.id])).get(account.id) ?? []).filter(
        (m) => m !== 'recovery',
      );
      const lock = (await administration.lockoutsOf([secondFactorSubject(account.id)])).get(
        secondFactorSubject(account.id),
      );
      const isLocked = (lock?.lockedUntil ?? 0) > now;
      const isDisabled = account.disabledAt !== null;
      const { condition, group, role, q } = query;
      const isLike =
        condition === null
          ? true
          : condition === 'disabled'
            ? isDisabled
            : isDisabled
              ? false
              : condition === 'unprotected'
                ? factors.length === 0
                : condition === 'protected'
                  ? factors.length > 0
                  : condition === 'locked'
                    ? isLocked
                    : condition === 'unconfirmed'
                      ? !account.emailConfirmed
                      : true;
      const isNamed = q === null || account.email.startsWith(q) || account.name.toLowerCase().startsWith(q);
      if (
        isLike &&
        isNamed &&
        (group === null || account.groups.includes(group)) &&
        (role === null || role === account.role)
      )
        found.push({ account, factors, isLocked });
    }
    return found;
  }
  const every = { q: null, group: null, role: null, condition: null };
  return {
    page: async (scope, query, after, limit, now) =>
      (await all(scope, query, now))
        .map(({ account }) => account)
        .filter(({ email }) => after === null || email > after)
        .slice(0, limit),
    count: async (scope, query, now) => (await all(scope, query, now)).length,
    find: async (scope, id) => {
      const account = await accounts.findById(id);
      return account && isInScope(scope, account) ? account : null;
    },
    totals: async (scope, now) => {
      const enabled = await all(scope, { ...every, condition: 'enabled' }, now);
      const byMethod = new Map<string, number>();
      for (const { factors } of enabled)
        for (const m of new Set(factors)) byMethod.set(m, (byMethod.get(m) ?? 0) + 1);
      const isProtected = enabled.filter(({ factors }) => factors.length > 0).length;
      return {
        members: enabled.length,
        protected: isProtected,
        unprotected: enabled.length - isProtected,
        locked: enabled.filter(({ isLocked }) => isLocked).length,
        unconfirmed: enabled.filter(({ account }) => !account.emailConfirmed).length,
        byMethod,
      };
    },
  };
}
