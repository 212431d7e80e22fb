/** The pages for a forgotten password as an area. */
import type { Area } from '../server/area.ts';
import { createPasswordResetRoutes } from './routes.ts';

export function passwordResetArea(deps: Parameters<typeof createPasswordResetRoutes>[0]): Area {
  return {
    name: 'password-reset',
    paths: ['/forgot-password', '/reset-password'],
    routes: createPasswordResetRoutes(deps),
  };
}
