import { insertionContract } from '../../contracts/provider/insertion.contract.ts';
import { providerStoreContract } from '../../contracts/provider/provider-store.contract.ts';
import { replacementContract } from '../../contracts/provider/replacement.contract.ts';
import { updateContract } from '../../contracts/provider/update.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

providerStoreContract(
  'embedded, durable',
  embedded((stores) => stores.providerDurable),
);
providerStoreContract(
  'embedded, short-lived',
  embedded((stores) => stores.providerShortLived),
);
updateContract(
  'embedded',
  embedded((stores) => stores.providerDurable),
);
insertionContract(
  'embedded',
  embedded((stores) => stores.providerDurable),
);
replacementContract(
  'embedded',
  embedded((stores) => stores.providerShortLived),
);
