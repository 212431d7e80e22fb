import { campaignStoreContract } from '../../contracts/campaign-store.contract.ts';
import { mongo } from '../../support/stores/mongo.ts';

describe('on MongoDB', () => {
  campaignStoreContract(
    'mongo',
    mongo((stores) => stores.campaigns),
  );
});
