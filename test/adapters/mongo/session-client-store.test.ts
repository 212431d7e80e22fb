import { sessionClientStoreContract } from '../../contracts/session-client-store.contract.ts';
import { mongo } from '../../support/stores/mongo.ts';

describe('on MongoDB', () => {
  sessionClientStoreContract(
    'mongo',
    mongo((stores) => stores.sessionClients),
  );
});
