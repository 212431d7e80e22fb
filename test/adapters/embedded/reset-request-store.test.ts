import { resetRequestStoreContract } from '../../contracts/reset-request-store.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

resetRequestStoreContract(
  'embedded',
  embedded((stores) => stores.resetRequests),
);
