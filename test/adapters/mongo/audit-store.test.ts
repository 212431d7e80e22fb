import { auditStoreContract } from '../../contracts/audit-store.contract.ts';
import { mongo } from '../../support/stores/mongo.ts';

describe('on MongoDB', () => {
  auditStoreContract(
    'mongo',
    mongo((stores) => stores.audit),
  );
});
