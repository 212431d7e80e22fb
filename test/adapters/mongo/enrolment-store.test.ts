import { enrolmentStoreContract } from '../../contracts/enrolment-store.contract.ts';
import { mongo } from '../../support/stores/mongo.ts';

describe('on MongoDB', () => {
  enrolmentStoreContract(
    'mongo',
    mongo((stores) => stores.enrolments),
  );
});
