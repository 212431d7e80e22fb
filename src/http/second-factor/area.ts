/** The pages of the second factor as an area. The plugin makes them, because a guest has the same pages. */
import type { Area } from '../server/area.ts';
import type { MountedPages } from '../server/mount.ts';

export function secondFactorArea({ routes }: { readonly routes: MountedPages }): Area {
  return {
    name: 'second-factor',
    paths: ['/interaction/:uid/second-factor'],
    routes,
    headers: { formsLeadAway: ['/interaction'] },
  };
}
