/** Composes the notices of ended sessions: one queue for a process, which the newest configuration sends. */

import { encryptLogout } from '../jobs/encrypted-logout.ts';
import { createLogoutQueue } from '../jobs/logout-queue.ts';
import type { DurableQueue } from '../plugin/delivery-sender.ts';
import { scheduleByTimer } from '../plugin/delivery-sender.ts';
import type { Logger } from '../ports/log.ts';
import type { LogoutNotice, LogoutOutbox, TellApplication } from '../ports/logout.ts';
import type { QueueStore } from '../ports/queue.ts';
import type { OnceStore } from '../ports/stores.ts';
import type { Cipher, Clock } from '../ports/system.ts';
import type { Metrics } from '../ports/telemetry/metrics.ts';

export interface LogoutParts {
  readonly stores: {
    readonly logoutOutbox: QueueStore;
    readonly onceKeys: Pick<OnceStore, 'claim' | 'peek'>;
  };
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly metrics: Pick<Metrics, 'logout'>;
}

export interface Logouts extends LogoutOutbox {
  /** Sends by these from now on. */
  use(cipher: DurableQueue['cipher'], tell: TellApplication): void;
  /** Attempts notices that are due in the store. */
  deliverDue(): Promise<void>;
  close(withinMs: number): Promise<void>;
}

/** Applications told at the same time. */
const CONCURRENCY = 10;

export function createLogouts({ stores, clock, logger, metrics }: LogoutParts): Logouts {
  let current: { readonly cipher: DurableQueue['cipher']; readonly tell: TellApplication } | null = null;

  function inUse() {
    if (current === null) throw new Error('no configuration is in use yet');
    return current;
  }

  const queue = createLogoutQueue({
    store: stores.logoutOutbox,
    isDurable: true,
    onceKeys: stores.onceKeys,
    tell: (notice) => inUse().tell(notice),
    cipher: {
      encrypt: (...given) => inUse().cipher.encrypt(...given),
      tryDecrypt: (...given) => inUse().cipher.tryDecrypt(...given),
    },
    clock,
    schedule: scheduleByTimer,
    isCurrent: () => current !== null,
    concurrency: CONCURRENCY,
    log: logger,
    count: metrics.logout,
  });

  return {
    add: queue.add,
    deliverDue: queue.deliverDue,
    close: queue.close,
    use(cipher, tell) {
      current = { cipher, tell };
    },
  };
}

/** For a process that sends nothing: the server takes the notices from the store. */
export function storedLogouts(
  {
    stores,
    clock,
  }: Pick<LogoutParts, 'clock'> & { readonly stores: Pick<LogoutParts['stores'], 'logoutOutbox'> },
  cipherNow: () => Promise<Cipher>,
): LogoutOutbox {
  return {
    async add(notice: LogoutNotice) {
      const now = clock.now();
      await stores.logoutOutbox.insert(encryptLogout(await cipherNow(), notice, now), now, null);
    },
  };
}
