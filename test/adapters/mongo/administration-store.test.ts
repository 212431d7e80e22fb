import { administrationStoreContract } from '../../contracts/administration-store.contract.ts';
import { mongo } from '../../support/stores/mongo.ts';

describe('on MongoDB', () => {
  administrationStoreContract(
    'mongo',
    mongo((stores) => stores),
  );
});
