import { keyStoreContract } from '../../contracts/key-store.contract.ts';
import { mongo } from '../../support/stores/mongo.ts';

describe('on MongoDB', () => {
  keyStoreContract(
    'mongo',
    mongo((stores) => stores.keys),
  );
});
