import { accountStoreContract } from '../../contracts/account-store.contract.ts';
import { mongo } from '../../support/stores/mongo.ts';

describe('on MongoDB', () => {
  accountStoreContract(
    'mongo',
    mongo((stores) => stores.accounts),
  );
});
