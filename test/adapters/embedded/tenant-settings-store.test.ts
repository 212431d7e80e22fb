import { tenantSettingsStoreContract } from '../../contracts/tenant-settings-store.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

tenantSettingsStoreContract(
  'embedded',
  embedded((stores) => stores.tenantSettings),
);
