/** Composes the mails by which administrators let people confirm their addresses or join. */
import { createMailLimits } from '../../use-cases/administration/campaigns/mail-limits.ts';
import { createActivation } from '../../use-cases/administration/person/activation.ts';
import { createInviting } from '../../use-cases/invitations/invite.ts';
import type { Server } from '../composition.ts';

type Needed = Pick<Server, 'parts' | 'plugin' | 'notices' | 'events'>;

export function mailLimitsOf({ parts: { stores, clock, random } }: Pick<Server, 'parts'>) {
  return createMailLimits({ attempts: stores.attempts, clock, random });
}

export function activationOf(server: Needed) {
  return createActivation({
    limits: mailLimitsOf(server),
    confirmation: server.plugin.useCases.confirmation,
    invitingBy: (actor) => invitingBy(server, actor),
    events: server.events,
    clock: server.parts.clock,
  });
}

function invitingBy({ parts, notices, events }: Needed, actor: string) {
  const { stores, clock, random } = parts;
  const { accounts, enrolments, onceKeys } = stores;
  const { messenger, invitationUrl } = notices;
  return createInviting({
    accounts,
    enrolments,
    onceKeys,
    messenger,
    invitationUrl,
    events,
    actor,
    clock,
    random,
  });
}
