import { campaignStoreContract } from '../../contracts/campaign-store.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

campaignStoreContract(
  'embedded',
  embedded((stores) => stores.campaigns),
);
