import { onceStoreContract } from '../../contracts/once-store.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

onceStoreContract(
  'embedded',
  embedded((stores) => stores.onceKeys),
);
