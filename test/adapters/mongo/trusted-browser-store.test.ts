import { trustedBrowserStoreContract } from '../../contracts/trusted-browser-store.contract.ts';
import { mongo } from '../../support/stores/mongo.ts';

describe('on MongoDB', () => {
  trustedBrowserStoreContract(
    'mongo',
    mongo((stores) => stores.trustedBrowsers),
  );
});
