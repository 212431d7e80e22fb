/** The first page of the console: how many members are protected, and who needs help. */
import type { Context } from 'koa';
import type { Overview } from '../../use-cases/administration/overview.ts';
import type { AdminVisit } from '../guards/require-administrator.ts';
import type { Render } from '../pages/page-contract.ts';
import { type ConsoleRoute, consoleContext } from './console.ts';

export interface OverviewPageDeps {
  readonly overview: Overview;
  readonly render: Render;
}

export function overviewRoutes({ overview, render }: OverviewPageDeps): readonly ConsoleRoute[] {
  async function show(ctx: Context, visit: AdminVisit): Promise<void> {
    const numbers = await overview(visit.scope);
    const model = { tenantName: visit.tenant.name, role: visit.actor.role, ...numbers };
    render(ctx, 'admin-overview', model, consoleContext(visit, 'overview'));
  }

  return [{ method: 'GET', path: '/', page: 'overview', handle: show }];
}
