import { queueStoreContract } from '../../contracts/queue-store.contract.ts';
import { mongo } from '../../support/stores/mongo.ts';

describe('on MongoDB', () => {
  queueStoreContract(
    'mongo: mail',
    mongo((stores) => stores.mailOutbox),
  );
  queueStoreContract(
    'mongo: notices of ended sessions',
    mongo((stores) => stores.logoutOutbox),
  );
});
