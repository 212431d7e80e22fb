import { lockoutStoreContract } from '../../contracts/lockout-store.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

lockoutStoreContract(
  'embedded',
  embedded((stores) => stores.lockouts),
);
