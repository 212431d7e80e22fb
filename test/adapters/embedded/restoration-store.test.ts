import { restorationStoreContract } from '../../contracts/restoration-store.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

restorationStoreContract(
  'embedded',
  embedded((stores) => stores),
);
