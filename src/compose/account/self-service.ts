/** Composes the changes that people make to their own second factors. */
import type { Config } from '../../config/shape.ts';
import type { Plugin } from '../../plugin/compose.ts';
import type { EventLog } from '../../ports/events.ts';
import { createFactorChanges } from '../../use-cases/account/factor-changes.ts';
import { createFindLastUses } from '../../use-cases/account/last-uses.ts';
import { createSelfEnrolment } from '../../use-cases/account/self-enrolment.ts';
import { createSelfService } from '../../use-cases/account/self-service.ts';
import type { Parts } from '../parts.ts';
import { allowedPrefixesOf } from '../senders.ts';

interface SelfServiceParts {
  readonly config: Config;
  readonly parts: Pick<Parts, 'stores' | 'clock' | 'random'>;
  readonly plugin: Plugin;
  readonly events: EventLog;
}

export function selfServiceOf({ config, parts, plugin, events }: SelfServiceParts) {
  const { stores, clock, random } = parts;
  const { accounts, enrolments, lockouts, onceKeys, records, transactions, trustedBrowsers } = stores;
  const { available, recovery } = plugin.useCases;
  const selfService = createSelfService({
    accounts,
    enrolments,
    lockouts,
    trustedBrowsers,
    available,
    allowedPrefixes: allowedPrefixesOf(config),
    events,
    clock,
  });
  const factorChanges = createFactorChanges({ enrolments, transactions, onceKeys, events, clock, random });
  const selfEnrolment = createSelfEnrolment({ transactions, enrolments, recovery, clock });
  const findLastUses = createFindLastUses({ records, clock });
  return { selfService, selfEnrolment, factorChanges, findLastUses };
}
