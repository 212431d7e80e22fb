/** Counts how often the policy is evaluated. Each evaluation reads the groups of its account once. */
import type { Stores } from '../../src/compose/parts.ts';
import type { Account } from '../../src/domain/account.ts';

export interface Evaluations {
  around(stores: Stores): Stores;
  /** How many there were since the last call. */
  take(): number;
}

export function createEvaluations(): Evaluations {
  let count = 0;

  function counted(account: Account | null): Account | null {
    if (account === null) return null;
    const groups = new Proxy(account.groups, {
      get(target, name) {
        if (name === 'reduce') count += 1;
        return Reflect.get(target, name);
      },
    });
    return { ...account, groups };
  }

  return {
    around(stores) {
      const { accounts } = stores;
      return {
        ...stores,
        accounts: {
          ...accounts,
          findById: async (id) => counted(await accounts.findById(id)),
          findByEmail: async (email) => counted(await accounts.findByEmail(email)),
        },
      };
    },
    take() {
      const taken = count;
      count = 0;
      return taken;
    },
  };
}
