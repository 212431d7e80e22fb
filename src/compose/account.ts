/** Composes what people do with their own account: the use cases behind the pages of self-service and behind mailed links. */
import type { Config } from '../config/shape.ts';
import type { Plugin } from '../plugin/compose.ts';
import type { EventLog } from '../ports/events.ts';
import { createMailedLinks } from '../use-cases/account/mailed-links.ts';
import type { EndSessions } from '../use-cases/sign-in/end-sessions.ts';
import { createRestatement } from '../use-cases/sign-in/sign-in-records.ts';
import type { Notices } from './notices.ts';
import type { Parts } from './parts.ts';
import { selfServiceOf } from './self-service.ts';

interface AccountDeps {
  readonly config: Config;
  readonly parts: Pick<Parts, 'stores' | 'clock' | 'random'>;
  readonly plugin: Plugin;
  readonly endSessions: EndSessions;
  readonly notices: Notices;
  readonly events: EventLog;
}

export type AccountUseCases = ReturnType<typeof accountUseCasesOf>;

export function accountUseCasesOf({ config, parts, plugin, endSessions, notices, events }: AccountDeps) {
  const { stores, clock } = parts;
  const { accounts, onceKeys, records, trustedBrowsers } = stores;
  return {
    own: selfServiceOf({ config, parts, plugin, events }),
    links: createMailedLinks({
      accounts,
      onceKeys,
      endSessions,
      trustedBrowsers,
      tokens: notices.linkTokens,
      events,
      clock,
    }),
    restateRecord: createRestatement({ records, endSessions }),
  };
}
