import {
  reencryptableEnrolmentsContract,
  reencryptableProviderContract,
} from '../../contracts/reencryption.contract.ts';
import { mongo } from '../../support/stores/mongo.ts';

describe('on MongoDB', () => {
  reencryptableEnrolmentsContract(
    'mongo',
    mongo((stores) => stores.enrolments),
  );
  reencryptableProviderContract(
    'mongo',
    mongo((stores) => stores.providerDurable),
  );
});
