import { outboxStoreContract } from '../../contracts/outbox-store.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

outboxStoreContract(
  'embedded',
  embedded((stores) => stores.outbox),
);
