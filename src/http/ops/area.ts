/** Health, metrics and the pages for development as an area. */
import type { Area } from '../server/area.ts';
import { createOpsRoutes, type OpsRoutesDeps } from './routes.ts';

export function opsArea(deps: OpsRoutesDeps): Area {
  return {
    name: 'ops',
    paths: ['/health', '/metrics', '/dev'],
    // Probes and scrapers know an instance by its own address.
    anyHost: ['/health', '/metrics'],
    routes: createOpsRoutes(deps),
  };
}
