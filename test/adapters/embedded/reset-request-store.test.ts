import { resetRequestStoreContract } from '../../contracts/reset-request-store.contract.ts';
import { resetRequestsInScopeContract } from '../../contracts/reset-requests-in-scope.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

resetRequestStoreContract(
  'embedded',
  embedded((stores) => stores.resetRequests),
);
resetRequestsInScopeContract(
  'embedded',
  embedded((stores) => stores),
);
