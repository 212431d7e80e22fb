/** The language switch as an area. */
import { OWN_SITE } from '../pages/site.ts';
import type { Area } from '../server/area.ts';
import { createLocaleRoutes, type LocaleRoutesOptions } from './routes.ts';

export function localeArea({ site = OWN_SITE, ...options }: LocaleRoutesOptions): Area {
  return {
    name: 'locale',
    paths: [`${site.root}/locale`],
    routes: createLocaleRoutes({ ...options, site }),
  };
}
