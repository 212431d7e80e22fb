import { accountStoreContract } from '../../contracts/account-store.contract.ts';
import { embedded } from '../../support/embedded.ts';

accountStoreContract(
  'embedded',
  embedded((stores) => stores.accounts),
);
