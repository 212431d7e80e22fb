import {
  resealableEnrolmentsContract,
  resealableProviderContract,
} from '../../contracts/reencryption.contract.ts';
import { mongo } from '../../support/stores/mongo.ts';

describe('on MongoDB', () => {
  resealableEnrolmentsContract(
    'mongo',
    mongo((stores) => stores.enrolments),
  );
  resealableProviderContract(
    'mongo',
    mongo((stores) => stores.providerDurable),
  );
});
