import { enrolmentStoreContract } from '../../contracts/enrolment-store.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

enrolmentStoreContract(
  'embedded',
  embedded((stores) => stores.enrolments),
);
