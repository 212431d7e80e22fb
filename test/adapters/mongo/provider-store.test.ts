import { insertionContract } from '../../contracts/provider/insertion.contract.ts';
import { providerStoreContract } from '../../contracts/provider/provider-store.contract.ts';
import { updateContract } from '../../contracts/provider/update.contract.ts';
import { mongo } from '../../support/stores/mongo.ts';

describe('on MongoDB', () => {
  providerStoreContract(
    'mongo',
    mongo((stores) => stores.providerDurable),
  );
  updateContract(
    'mongo',
    mongo((stores) => stores.providerDurable),
  );
  insertionContract(
    'mongo',
    mongo((stores) => stores.providerDurable),
  );
});
