import { outboxStoreContract } from '../../contracts/outbox-store.contract.ts';
import { redis } from '../../support/stores/redis.ts';

describe('redis', () => {
  outboxStoreContract(
    'redis',
    redis((stores) => stores.outbox),
  );
});
