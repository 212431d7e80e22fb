/** Makes void what a backup brings back and must not: everything that was issued or shown before the restore. */
import type { Methods } from '../../domain/methods/index.ts';
import type { EventLog } from '../../ports/events.ts';
import type { RestorationStore } from '../../ports/restoration.ts';
import type { AccountStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';

interface RestorationDeps {
  readonly methods: Pick<Methods, 'all' | 'paper'>;
  readonly accounts: Pick<AccountStore, 'raiseAllEndsBefore'>;
  readonly restoration: RestorationStore;
  readonly events: EventLog;
  readonly clock: Clock;
}

export function createRestoration({ methods, accounts, restoration, events, clock }: RestorationDeps) {
  /**
   * Ends sessions, tokens, trust and links, removes queued messages, and makes every code void that can have been used
   * or shown until now. No server may run. After an interruption it is done again from the start.
   */
  return async function endIssued(): Promise<void> {
    const now = clock.now();
    await accounts.raiseAllEndsBefore(now);
    for (const { name, newestStepAt } of methods.all)
      if (newestStepAt) await restoration.raiseLastSteps(name, newestStepAt(now));
    await restoration.removeSecrets(methods.paper.name);
    await restoration.removeIssued();
    await events.append({ name: 'store.restored', actor: 'operator' });
  };
}
