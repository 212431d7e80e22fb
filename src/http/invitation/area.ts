/** The page behind an invitation as an area. */
import type { Area } from '../server/area.ts';
import { createInvitationRoutes } from './routes.ts';

export function invitationArea(deps: Parameters<typeof createInvitationRoutes>[0]): Area {
  return { name: 'invitation', paths: ['/invitation'], routes: createInvitationRoutes(deps) };
}
