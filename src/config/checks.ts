/** Every rule that looks at more than one value of the file. They read a sketch, so that none waits for another. */
import { checkAccounts } from './checks/accounts.ts';
import { checkClients } from './checks/clients.ts';
import type { CheckContext } from './checks/context.ts';
import { checkDelivery } from './checks/delivery.ts';
import { checkPasskeys } from './checks/passkeys.ts';
import { checkProduction } from './checks/production.ts';
import { checkReferences } from './checks/references.ts';
import { checkServer } from './checks/server.ts';
import { checkTenants } from './checks/tenants.ts';
import type { Findings } from './faults.ts';
import { sketchOf } from './schema.ts';

export function checkFile(data: unknown, context: CheckContext, findings: Findings): void {
  const file = sketchOf(data);
  checkReferences(file, findings);
  checkServer(file, findings);
  checkDelivery(file, data, findings);
  checkTenants(file, context, findings);
  checkPasskeys(file, context.availableMethods, findings);
  checkClients(file, findings);
  checkAccounts(file, findings);
  if (file.environment === 'production') checkProduction(file, data, context, findings);
}
