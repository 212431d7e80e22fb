import { keyStoreContract } from '../../contracts/key-store.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

keyStoreContract(
  'embedded',
  embedded((stores) => stores.keys),
);
