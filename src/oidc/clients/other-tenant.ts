/** A client of one tenant does not accept a session of another tenant: the person signs in again. */
import { interactionPolicy } from 'oidc-provider';
import { accountOf } from '../request-cache.ts';
import type { ClientRules } from './client-rules.ts';

/** A check of the login prompt. */
export function otherTenant({ isForeign }: Pick<ClientRules, 'isForeign'>) {
  return new interactionPolicy.Check(
    'other_tenant',
    'the account is not of this tenant',
    'login_required',
    (ctx) => {
      const account = accountOf(ctx);
      return account !== undefined && isForeign(account, ctx.oidc.client?.clientId);
    },
  );
}
