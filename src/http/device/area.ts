/** The pages of a device's sign-in as an area. The provider answers `/device` itself. */
import type { Area } from '../server/area.ts';
import { createDeviceRoutes } from './routes.ts';

export function deviceArea(deps: Parameters<typeof createDeviceRoutes>[0]): Area {
  return { name: 'device', paths: ['/device/confirm', '/device/done'], routes: createDeviceRoutes(deps) };
}
