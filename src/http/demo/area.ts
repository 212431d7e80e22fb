/** The demo's relying parties as an area. */
import type { Area } from '../server/area.ts';
import { partiesOf } from './parties.ts';
import { createDemoRoutes, type DemoRoutesDeps } from './routes.ts';

export function demoArea(deps: DemoRoutesDeps): Area {
  const parties = partiesOf(deps.issuer, deps.clients);
  return {
    name: 'demo',
    paths: [...new Set(['/demo', ...parties.map(({ base }) => base)])],
    routes: createDemoRoutes(deps),
  };
}
