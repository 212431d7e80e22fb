/** The page that asks the policy about a person, an application and a level. Its form is a GET, since nothing changes. */
import type { Context } from 'koa';
import { shownEmail } from '../../domain/account.ts';
import { ACRS, type Acr, isAcr } from '../../domain/policy/acr.ts';
import type { RequestedAssurance } from '../../domain/policy/policy.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { WhatIf, WhatIfAnswer } from '../../use-cases/administration/what-if/what-if.ts';
import type { AdminVisit } from '../guards/require-administrator.ts';
import type { Pages, Render } from '../pages/page-contract.ts';
import { ADMIN_PATH, type ConsoleRoute, consoleContext } from './console.ts';

/** An application that an administrator can choose. */
interface ChosenClient {
  readonly id: string;
  readonly name: string;
  /** Null: members of every tenant may sign in there. */
  readonly tenantId: string | null;
}

export interface WhatIfPageDeps {
  readonly whatIf: WhatIf;
  readonly whatIfClients: readonly ChosenClient[];
  /** The demand of a request by this client for this level. */
  readonly requestedOf: (clientId: string | null, acr: Acr | null) => RequestedAssurance;
  readonly render: Render;
}

const PATH = `${ADMIN_PATH}/whatif`;

export function whatIfRoutes(deps: WhatIfPageDeps): readonly ConsoleRoute[] {
  const { whatIf, whatIfClients, requestedOf, render } = deps;
  return [{ method: 'GET', path: '/whatif', page: 'whatif', handle: show }];

  async function show(ctx: Context, visit: AdminVisit): Promise<void> {
    const { email, client_id: clientId, acr_values: acr } = ctx.query;
    const clients = whatIfClients.filter(({ tenantId }) => tenantId === null || tenantId === visit.tenant.id);
    const asked = { email: textOf(email), clientId: textOf(clientId), acr: textOf(acr) };
    const found = email === undefined ? null : await answer(visit, asked, clients);
    const refusal = found && 'code' in found ? found : null;
    const model: Pages['admin-whatif'] = {
      action: PATH,
      ...asked,
      clients: clients.map(({ id, name }) => ({ id, name })),
      levels: ACRS,
      answer: found && !('code' in found) ? shown(found) : null,
    };
    // A GET is answered by 200, whatever the page says.
    render(ctx, 'admin-whatif', model, { ...consoleContext(visit, 'whatif', refusal), status: 200 });
  }

  async function answer(
    { actor }: AdminVisit,
    { email, clientId, acr }: { readonly email: string; readonly clientId: string; readonly acr: string },
    clients: readonly ChosenClient[],
  ): Promise<WhatIfAnswer | Refusal> {
    const client = clients.find(({ id }) => id === clientId) ?? null;
    if (clientId !== '' && !client) return { code: 'field_invalid', field: 'client_id' };
    if (acr !== '' && !isAcr(acr)) return { code: 'field_invalid', field: 'acr_values' };
    const requested = requestedOf(client?.id ?? null, acr === '' ? null : (acr as Acr));
    const question = { email, clientTenantId: client?.tenantId ?? null, requested };
    return (await whatIf(actor, question)) ?? { code: 'field_invalid', because: 'person_unknown' };
  }
}

function shown({ account, ...answer }: WhatIfAnswer) {
  const href = `${ADMIN_PATH}/users/${encodeURIComponent(account.id)}`;
  return { ...answer, person: { name: account.name, email: shownEmail(account.email), href } };
}

/** Empty for a field that is missing, or stands there twice. */
function textOf(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value.trim() : '';
}
