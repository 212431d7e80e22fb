import { attemptStoreContract } from '../../contracts/attempt-store.contract.ts';
import { redis } from '../../support/redis.ts';

describe('redis', () => {
  attemptStoreContract(
    'redis',
    redis((stores) => stores.attempts),
  );
});
