import { createPeopleStore } from '../../../src/adapters/mongo/administration/people-store.ts';
import { connect } from '../../../src/adapters/mongo/connection.ts';
import { createModels } from '../../../src/adapters/mongo/schema/collections.ts';
import type { MadeStore } from '../../contracts/make-store.ts';
import type { StoresOfPeople } from '../../contracts/people-lists.ts';
import { peopleSearchContract } from '../../contracts/people-search.contract.ts';
import { peopleStoreContract } from '../../contracts/people-store.contract.ts';
import { mongo, mongoStores } from '../../support/stores/mongo.ts';

const CONTRACTS = [peopleStoreContract, peopleSearchContract];

describe('on MongoDB', () => {
  const choose = mongo((stores) => stores);
  for (const contract of CONTRACTS) contract('mongo', choose);
});

describe('on MongoDB with more locks than a search names', () => {
  const { database, stores } = mongoStores();

  async function withSmallBounds(): Promise<MadeStore<StoresOfPeople>> {
    const connection = await connect(database().uri, () => null);
    const models = createModels(connection.driver);
    return {
      store: { ...stores(), people: createPeopleStore(connection, models, { locks: 0, batch: 3 }) },
      close: () => connection.close(),
    };
  }

  for (const contract of CONTRACTS) contract('mongo', withSmallBounds);
});
