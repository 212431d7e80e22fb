import { progressStoreContract } from '../../contracts/transaction-store.contract.ts';
import { redis } from '../../support/stores/redis.ts';

describe('redis', () => {
  progressStoreContract(
    'redis',
    redis((stores) => stores.transactions),
  );
});
