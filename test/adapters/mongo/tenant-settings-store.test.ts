import { tenantSettingsStoreContract } from '../../contracts/tenant-settings-store.contract.ts';
import { mongo } from '../../support/stores/mongo.ts';

describe('on MongoDB', () => {
  tenantSettingsStoreContract(
    'mongo',
    mongo((stores) => stores.tenantSettings),
  );
});
