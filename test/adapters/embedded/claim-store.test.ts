import { claimStoreContract } from '../../contracts/claim-store.contract.ts';
import { embedded } from '../../support/embedded.ts';

claimStoreContract(
  'embedded',
  embedded((stores) => stores.claims),
);
