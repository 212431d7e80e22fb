import { providerStoreContract } from '../../contracts/provider/provider-store.contract.ts';
import { replacementContract } from '../../contracts/provider/replacement.contract.ts';
import { redis } from '../../support/stores/redis.ts';

describe('redis', () => {
  providerStoreContract(
    'redis',
    redis((stores) => stores.providerShortLived),
  );
  replacementContract(
    'redis',
    redis((stores) => stores.providerShortLived),
  );
});
