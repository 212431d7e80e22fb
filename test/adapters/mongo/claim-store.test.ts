import { claimStoreContract } from '../../contracts/claim-store.contract.ts';
import { mongo } from '../../support/mongo.ts';

describe('on MongoDB', () => {
  claimStoreContract(
    'mongo',
    mongo((stores) => stores.claims),
  );
});
