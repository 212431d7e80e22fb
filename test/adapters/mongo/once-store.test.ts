import { onceStoreContract } from '../../contracts/once-store.contract.ts';
import { mongo } from '../../support/stores/mongo.ts';

describe('on MongoDB', () => {
  onceStoreContract(
    'mongo',
    mongo((stores) => stores.onceKeys),
  );
});
