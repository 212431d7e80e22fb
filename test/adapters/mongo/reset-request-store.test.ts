import { resetRequestStoreContract } from '../../contracts/reset-request-store.contract.ts';
import { resetRequestsInScopeContract } from '../../contracts/reset-requests-in-scope.contract.ts';
import { mongo } from '../../support/stores/mongo.ts';

describe('on MongoDB', () => {
  resetRequestStoreContract(
    'mongo',
    mongo((stores) => stores.resetRequests),
  );
  resetRequestsInScopeContract(
    'mongo',
    mongo((stores) => stores),
  );
});
