/** The static files as an area. */
import { OWN_SITE } from '../pages/site.ts';
import type { Area } from '../server/area.ts';
import { type AssetRoutesOptions, createAssetRoutes } from './routes.ts';

export function assetsArea({ tenants, site = OWN_SITE }: AssetRoutesOptions): Area {
  return {
    name: 'assets',
    paths: [`${site.root}/assets`, `${site.root}/favicon.ico`],
    routes: createAssetRoutes({ tenants, site }),
  };
}
