import { attemptStoreContract } from '../../contracts/attempt-store.contract.ts';
import { redis } from '../../support/stores/redis.ts';

describe('redis', () => {
  attemptStoreContract(
    'redis',
    redis((stores) => stores.attempts),
  );
});
