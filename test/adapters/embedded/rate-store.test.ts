import { rateStoreContract } from '../../contracts/rate-store.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

rateStoreContract(
  'embedded',
  embedded((stores) => stores.rates),
);
