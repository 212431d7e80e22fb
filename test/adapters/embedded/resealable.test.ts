import {
  resealableEnrolmentsContract,
  resealableProviderContract,
} from '../../contracts/reencryption.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

resealableEnrolmentsContract(
  'embedded',
  embedded((stores) => stores.enrolments),
);
resealableProviderContract(
  'embedded',
  embedded((stores) => stores.providerDurable),
);
