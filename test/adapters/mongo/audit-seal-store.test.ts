import { auditSealStoreContract } from '../../contracts/audit-seal-store.contract.ts';
import { mongo } from '../../support/stores/mongo.ts';

describe('on MongoDB', () => {
  auditSealStoreContract(
    'mongo',
    mongo((stores) => stores),
  );
});
