import { attemptStoreContract } from '../../contracts/attempt-store.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

attemptStoreContract(
  'embedded',
  embedded((stores) => stores.attempts),
);
