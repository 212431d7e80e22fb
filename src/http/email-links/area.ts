/** The pages behind the links in e-mails as an area. */
import type { Area } from '../server/area.ts';
import { ADDRESS_LINK_PATHS } from './address-links.ts';
import { createMailedRoutes } from './routes.ts';

export function emailLinksArea(deps: Parameters<typeof createMailedRoutes>[0]): Area {
  return {
    name: 'email-links',
    paths: ['/confirm-email', '/not-me', '/cancel-reset', '/set-up-again', ...ADDRESS_LINK_PATHS],
    routes: createMailedRoutes(deps),
  };
}
