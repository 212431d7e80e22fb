import { claimStoreContract } from '../../contracts/once-store.contract.ts';
import { mongo } from '../../support/stores/mongo.ts';

describe('on MongoDB', () => {
  claimStoreContract(
    'mongo',
    mongo((stores) => stores.onceKeys),
  );
});
