import { restorationStoreContract } from '../../contracts/restoration-store.contract.ts';
import { mongo } from '../../support/stores/mongo.ts';

describe('on MongoDB', () => {
  restorationStoreContract(
    'mongo',
    mongo((stores) => stores),
  );
});
