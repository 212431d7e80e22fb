/** Self-service as an area. */
import type { Area } from '../server/area.ts';
import { createAccountRoutes } from './routes.ts';

export function accountArea(deps: Parameters<typeof createAccountRoutes>[0]): Area {
  return {
    name: 'account',
    paths: ['/account'],
    routes: createAccountRoutes(deps),
    headers: { ownWindow: ['/account'] },
  };
}
