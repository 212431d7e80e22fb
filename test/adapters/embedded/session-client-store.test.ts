import { sessionClientStoreContract } from '../../contracts/session-client-store.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

sessionClientStoreContract(
  'embedded',
  embedded((stores) => stores.sessionClients),
);
