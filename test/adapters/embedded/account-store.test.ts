import { accountStoreContract } from '../../contracts/account-store.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

accountStoreContract(
  'embedded',
  embedded((stores) => stores.accounts),
);
