import { mailOutboxStoreContract } from '../../contracts/mail-outbox-store.contract.ts';
import { mongo } from '../../support/stores/mongo.ts';

describe('on MongoDB', () => {
  mailOutboxStoreContract(
    'mongo',
    mongo((stores) => stores.mailOutbox),
  );
});
