import { transactionStoreContract } from '../../contracts/transaction-store.contract.ts';
import { redis } from '../../support/stores/redis.ts';

describe('redis', () => {
  transactionStoreContract(
    'redis',
    redis((stores) => stores.transactions),
  );
});
