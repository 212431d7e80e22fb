import { progressStoreContract } from '../../contracts/progress-store.contract.ts';
import { redis } from '../../support/redis.ts';

describe('redis', () => {
  progressStoreContract(
    'redis',
    redis((stores) => stores.progress),
  );
});
