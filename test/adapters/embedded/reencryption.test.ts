import {
  reencryptableEnrolmentsContract,
  reencryptableProviderContract,
} from '../../contracts/reencryption.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

reencryptableEnrolmentsContract(
  'embedded',
  embedded((stores) => stores.enrolments),
);
reencryptableProviderContract(
  'embedded',
  embedded((stores) => stores.providerDurable),
);
