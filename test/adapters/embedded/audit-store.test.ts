import { auditStoreContract } from '../../contracts/audit-store.contract.ts';
import { embedded } from '../../support/embedded.ts';

auditStoreContract(
  'embedded',
  embedded((stores) => stores.audit),
);
