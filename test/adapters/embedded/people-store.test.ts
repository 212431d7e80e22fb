import { createAccountStore } from '../../../src/adapters/embedded/account-store.ts';
import { createAdministrationStore } from '../../../src/adapters/embedded/administration/administration-store.ts';
import { createPeopleStore } from '../../../src/adapters/embedded/administration/people-store.ts';
import { createEnrolmentStore } from '../../../src/adapters/embedded/enrolment-store.ts';
import { createLockoutStore } from '../../../src/adapters/embedded/lockout-store.ts';
import { openDatabase } from '../../../src/adapters/embedded/sqlite/database.ts';
import { ACCOUNTS_MIGRATIONS } from '../../../src/adapters/embedded/sqlite/schema.ts';
import type { MadeStore } from '../../contracts/make-store.ts';
import type { StoresOfPeople } from '../../contracts/people-lists.ts';
import { peopleSearchContract } from '../../contracts/people-search.contract.ts';
import { peopleStoreContract } from '../../contracts/people-store.contract.ts';
import { embedded, makeDataDir, removeDataDir } from '../../support/stores/embedded.ts';

async function withSmallBounds(): Promise<MadeStore<StoresOfPeople>> {
  const dataDir = makeDataDir();
  const path = `${dataDir}/accounts.sqlite`;
  const database = openDatabase({ path, durability: 'normal', migrations: ACCOUNTS_MIGRATIONS });
  return {
    store: {
      people: createPeopleStore(database, { slice: 3, sparse: 1 }),
      accounts: createAccountStore(database),
      enrolments: createEnrolmentStore(database),
      lockouts: createLockoutStore(database),
      administration: createAdministrationStore(database),
    },
    close: async () => {
      database.close();
      removeDataDir(dataDir);
    },
  };
}

for (const contract of [peopleStoreContract, peopleSearchContract]) {
  contract(
    'embedded',
    embedded((stores) => stores),
  );
  contract('embedded, with bounds that every list goes beyond', withSmallBounds);
}
