/** Composes what people do with their own account: the use cases behind the pages of self-service and behind mailed links. */
import type { Config } from '../config/shape.ts';
import type { Plugin } from '../plugin/compose.ts';
import type { EventLog } from '../ports/events.ts';
import { createMailedLinks } from '../use-cases/account/mailed-links.ts';
import { createSelfEnrolment } from '../use-cases/account/self-enrolment.ts';
import { createSelfService } from '../use-cases/account/self-service.ts';
import type { EndSessions } from '../use-cases/sign-in/end-sessions.ts';
import { createRestatement } from '../use-cases/sign-in/sign-in-records.ts';
import type { Notices } from './notices.ts';
import { type Parts, passwordsOf } from './parts.ts';
import { allowedPrefixesOf } from './senders.ts';

interface AccountDeps {
  readonly config: Config;
  readonly parts: Pick<Parts, 'stores' | 'clock' | 'hasher'>;
  readonly plugin: Plugin;
  readonly endSessions: EndSessions;
  readonly notices: Notices;
  readonly events: EventLog;
}

export type AccountUseCases = ReturnType<typeof accountUseCasesOf>;

export function accountUseCasesOf({ config, parts, plugin, endSessions, notices, events }: AccountDeps) {
  const { stores, clock } = parts;
  const { accounts, enrolments, lockouts, onceKeys, records, transactions, trustedBrowsers } = stores;
  const { available, recovery } = plugin.useCases;
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
    selfEnrolment: createSelfEnrolment({ transactions, enrolments, recovery, clock }),
    passwords: passwordsOf(config, parts.hasher),
    restateRecord: createRestatement({ records, endSessions }),
  };
}
