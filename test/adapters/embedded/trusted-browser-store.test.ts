import { trustedBrowserStoreContract } from '../../contracts/trusted-browser-store.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

trustedBrowserStoreContract(
  'embedded',
  embedded((stores) => stores.trustedBrowsers),
);
