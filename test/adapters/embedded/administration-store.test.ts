import { administrationStoreContract } from '../../contracts/administration-store.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

administrationStoreContract(
  'embedded',
  embedded((stores) => stores),
);
