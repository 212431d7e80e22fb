import { auditStoreContract } from '../../contracts/audit-store.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

auditStoreContract(
  'embedded',
  embedded((stores) => stores.audit),
);
