import { providerStoreContract } from '../../contracts/provider-store.contract.ts';
import { replacementContract } from '../../contracts/replacement.contract.ts';
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
