import { rateStoreContract } from '../../contracts/rate-store.contract.ts';
import { redis } from '../../support/stores/redis.ts';

describe('redis', () => {
  rateStoreContract(
    'redis',
    redis((stores) => stores.rates),
  );
});
