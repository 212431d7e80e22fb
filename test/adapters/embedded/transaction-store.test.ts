import { transactionStoreContract } from '../../contracts/transaction-store.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

transactionStoreContract(
  'embedded',
  embedded((stores) => stores.transactions),
);
