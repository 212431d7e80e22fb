import { mailOutboxStoreContract } from '../../contracts/mail-outbox-store.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

mailOutboxStoreContract(
  'embedded',
  embedded((stores) => stores.mailOutbox),
);
