import { auditSealStoreContract } from '../../contracts/audit-seal-store.contract.ts';
import { embedded } from '../../support/stores/embedded.ts';

auditSealStoreContract(
  'embedded',
  embedded((stores) => stores),
);
