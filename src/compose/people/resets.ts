/** Composes requests for a reset: the decisions, their effect, and the links in the mails about them. */
import type { Tenant } from '../../domain/tenant.ts';
import type { EventLog } from '../../ports/events.ts';
import { createResetEffects } from '../../use-cases/resets/carry-out.ts';
import { createResetDecisions } from '../../use-cases/resets/decide.ts';
import type { EndSessions } from '../../use-cases/sign-in/end-sessions.ts';
import type { Parts } from '../parts.ts';

interface ResetsDeps {
  readonly tenants: readonly Tenant[];
  readonly parts: Pick<Parts, 'stores' | 'clock'>;
  readonly endSessions: Pick<EndSessions, 'all'>;
  readonly events: EventLog;
}

/** For the server and for the command line alike. */
export function resetDecisionsOf({ tenants, parts: { stores, clock }, endSessions, events }: ResetsDeps) {
  const { accounts, enrolments, lockouts, resetRequests, trustedBrowsers } = stores;
  const effects = createResetEffects({
    resetRequests,
    accounts,
    enrolments,
    lockouts,
    trustedBrowsers,
    endSessions,
    events,
    clock,
  });
  const decisions = createResetDecisions({ resetRequests, accounts, tenants, effects, events, clock });
  return { effects, decisions };
}
