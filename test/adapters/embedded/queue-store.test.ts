import { queueStoreContract } from '../../contracts/queue-store.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

queueStoreContract(
  'embedded: mail',
  embedded((stores) => stores.mailOutbox),
);
queueStoreContract(
  'embedded: notices of ended sessions',
  embedded((stores) => stores.logoutOutbox),
);
