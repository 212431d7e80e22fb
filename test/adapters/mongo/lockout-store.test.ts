import { lockoutStoreContract } from '../../contracts/lockout-store.contract.ts';
import { mongo } from '../../support/stores/mongo.ts';

describe('on MongoDB', () => {
  lockoutStoreContract(
    'mongo',
    mongo((stores) => stores.lockouts),
  );
});
