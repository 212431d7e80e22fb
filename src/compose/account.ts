/** Composes what people do with their own account: the use cases behind the pages of self-service and behind mailed links. */
import type { Config } from '../config/shape.ts';
import type { Plugin } from '../plugin/compose.ts';
import type { EventLog } from '../ports/events.ts';
import type { Cipher } from '../ports/system.ts';
import { createMailedLinks } from '../use-cases/account/mailed-links.ts';
import { createSelfEnrolment } from '../use-cases/account/self-enrolment.ts';
import { createSelfService } from '../use-cases/account/self-service.ts';
import { createResetLinks } from '../use-cases/resets/mailed-links.ts';
import type { EndSessions } from '../use-cases/sign-in/end-sessions.ts';
import { createRestatement } from '../use-cases/sign-in/sign-in-records.ts';
import { createVisitTickets } from '../use-cases/sign-in/visit-tickets.ts';
import type { Notices } from './notices.ts';
import { type Parts, passwordsOf } from './parts.ts';
import { acceptanceOf } from './people/invitations.ts';
import { resetDecisionsOf } from './people/resets.ts';
import { allowedPrefixesOf } from './senders.ts';

interface AccountDeps {
  readonly config: Config;
  readonly parts: Pick<Parts, 'stores' | 'clock' | 'random' | 'hasher'>;
  readonly cipher: Cipher;
  readonly plugin: Plugin;
  readonly endSessions: EndSessions;
  readonly notices: Notices;
  readonly events: EventLog;
}

export type AccountUseCases = ReturnType<typeof accountUseCasesOf>;

export function accountUseCasesOf({
  config,
  parts,
  cipher,
  plugin,
  endSessions,
  notices,
  events,
}: AccountDeps) {
  const { stores, clock, random } = parts;
  const { accounts, enrolments, lockouts, onceKeys, records, transactions, trustedBrowsers } = stores;
  const { available, recovery, loadSnapshot } = plugin.useCases;
  const { tenants } = config;
  const { effects: resetEffects, decisions } = resetDecisionsOf({ tenants, parts, endSessions, events });
  const passwords = passwordsOf(config, parts.hasher);
  const tickets = createVisitTickets({
    onceKeys,
    transactions,
    loadSnapshot,
    cipher,
    events,
    clock,
    random,
  });
  return {
    selfService: createSelfService({
      accounts,
      enrolments,
      lockouts,
      trustedBrowsers,
      available,
      allowedPrefixes: allowedPrefixesOf(config),
      events,
      clock,
    }),
    links: createMailedLinks({
      accounts,
      onceKeys,
      endSessions,
      trustedBrowsers,
      tokens: notices.linkTokens,
      events,
      clock,
    }),
    resetEffects,
    resetLinks: createResetLinks({
      accounts,
      enrolments,
      decisions,
      tokens: notices.linkTokens,
      tickets,
      events,
      clock,
    }),
    tickets,
    acceptance: acceptanceOf({ parts, cipher, plugin, notices, events }, passwords, tickets),
    selfEnrolment: createSelfEnrolment({ transactions, enrolments, recovery, clock }),
    passwords,
    restateRecord: createRestatement({ records, endSessions }),
  };
}
