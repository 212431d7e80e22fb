import { claimStoreContract } from '../../contracts/once-store.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

claimStoreContract(
  'embedded',
  embedded((stores) => stores.onceKeys),
);
