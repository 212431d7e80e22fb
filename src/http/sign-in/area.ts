/** The password page as an area. */
import type { Area } from '../server/area.ts';
import { createSignInRoutes } from './routes.ts';

export function signInArea(deps: Parameters<typeof createSignInRoutes>[0]): Area {
  return {
    name: 'sign-in',
    paths: ['/interaction/:uid'],
    routes: createSignInRoutes(deps),
    headers: { formsLeadAway: ['/interaction'] },
  };
}
