import { progressStoreContract } from '../../contracts/transaction-store.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

progressStoreContract(
  'embedded',
  embedded((stores) => stores.transactions),
);
