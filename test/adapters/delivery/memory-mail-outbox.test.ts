import { createMemoryMailOutbox } from '../../../src/adapters/delivery/memory-mail-outbox.ts';
import { queueStoreContract } from '../../contracts/queue-store.contract.ts';

queueStoreContract('memory', async () => ({
  store: createMemoryMailOutbox(),
  close: async () => {},
}));
