import { providerStoreContract } from '../../contracts/provider/provider-store.contract.ts';
import { mongo } from '../../support/stores/mongo.ts';

describe('on MongoDB', () => {
  providerStoreContract(
    'mongo',
    mongo((stores) => stores.providerDurable),
  );
});
