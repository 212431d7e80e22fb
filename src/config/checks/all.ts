/**
 * Every rule that looks at more than one value of the file. The rules read a sketch of the file, so that a fault in one
 * value hides no other fault.
 */

import type { Findings } from '../faults.ts';
import { sketchOf } from '../schema/file.ts';
import { checkAccounts } from './accounts.ts';
import { checkBreachedFile } from './breached-file.ts';
import { checkClients } from './clients.ts';
import type { CheckContext } from './context.ts';
import { checkDelivery } from './delivery.ts';
import { checkPasskeys } from './passkeys.ts';
import { checkProduction } from './production.ts';
import { checkReferences } from './references.ts';
import { checkServer } from './server.ts';
import { checkTenants } from './tenants.ts';
import { checkTokens } from './tokens.ts';

export function checkFile(data: unknown, context: CheckContext, findings: Findings): void {
  const file = sketchOf(data);
  checkReferences(file, findings);
  checkServer(file, data, findings);
  checkDelivery(file, data, findings);
  checkBreachedFile(file, context.folder, findings);
  checkTenants(file, context, findings);
  checkPasskeys(file, context.availableMethods, findings);
  checkClients(file, findings);
  checkTokens(file, findings);
  checkAccounts(file, findings);
  if (file.environment === 'production') checkProduction(file, data, context, findings);
}
