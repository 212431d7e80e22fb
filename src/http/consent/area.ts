/** The consent page as an area. */
import type { Area } from '../server/area.ts';
import { createConsentRoutes } from './routes.ts';

export function consentArea(deps: Parameters<typeof createConsentRoutes>[0]): Area {
  return {
    name: 'consent',
    paths: ['/interaction/:uid/consent'],
    routes: createConsentRoutes(deps),
    headers: { formsLeadAway: ['/interaction'] },
  };
}
