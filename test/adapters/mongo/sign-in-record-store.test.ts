import { signInRecordStoreContract } from '../../contracts/sign-in-record-store.contract.ts';
import { mongo } from '../../support/stores/mongo.ts';

describe('on MongoDB', () => {
  signInRecordStoreContract(
    'mongo',
    mongo((stores) => stores.records),
  );
});
