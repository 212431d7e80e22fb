import { createMemoryMailOutbox } from '../../../src/adapters/delivery/memory-mail-outbox.ts';
import { mailOutboxStoreContract } from '../../contracts/mail-outbox-store.contract.ts';

mailOutboxStoreContract('memory', async () => ({
  store: createMemoryMailOutbox(),
  close: async () => {},
}));
