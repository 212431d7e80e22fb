/** Tells the paths that some route declares from those that nothing answers. */
import type Router from '@koa/router';

/** Whether one of the routers has a route at this path, for whatever method. */
export function isRouted(routers: readonly Pick<Router, 'match'>[], path: string): boolean {
  return routers.some((router) => router.match(path, 'GET').path.some(({ methods }) => methods.length > 0));
}
