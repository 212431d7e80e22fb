import { progressStoreContract } from '../../contracts/progress-store.contract.ts';
import { embedded } from '../../support/embedded.ts';

progressStoreContract(
  'embedded',
  embedded((stores) => stores.progress),
);
