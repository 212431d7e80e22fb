import { enrolmentStoreContract } from '../../contracts/enrolment-store.contract.ts';
import { embedded } from '../../support/embedded.ts';

enrolmentStoreContract(
  'embedded',
  embedded((stores) => stores.enrolments),
);
