import { signInRecordStoreContract } from '../../contracts/sign-in-record-store.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

signInRecordStoreContract(
  'embedded',
  embedded((stores) => stores.records),
);
