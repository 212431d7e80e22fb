/**
 * Tells applications beside the requests that a session has ended, as `delivery-queue.ts` does it: again for five minutes,
 * and never again after an outcome.
 */
import type { Log } from '../ports/log.ts';
import type { LogoutNotice, LogoutOutbox, TellApplication } from '../ports/logout.ts';
import type { OnceStore } from '../ports/stores.ts';
import type { Cipher } from '../ports/system.ts';
import type { Metrics } from '../ports/telemetry/metrics.ts';
import { createDeliveryQueue, type QueueParts } from './delivery-queue.ts';
import { decryptLogout, encryptLogout } from './encrypted-logout.ts';

export interface LogoutQueueOptions extends QueueParts {
  readonly onceKeys: Pick<OnceStore, 'claim' | 'peek'>;
  readonly tell: TellApplication;
  readonly cipher: Pick<Cipher, 'encrypt' | 'tryDecrypt'>;
  readonly log: { readonly info: Log; readonly warn: Log };
  readonly count: Metrics['logout'];
}

export interface LogoutQueue extends LogoutOutbox {
  /** Attempts notices that are due, those of other processes too. */
  deliverDue(): Promise<void>;
  /** Ends at the deadline at the latest. Notices that are left are for the next process. */
  close(withinMs: number): Promise<void>;
}

/**
 * In milliseconds: an outcome is remembered for longer than two requests that end one session can lie apart. The second
 * one would queue the notice again.
 */
const REMEMBERED_MS = 60 * 60 * 1000;

function outcomeKey(noticeId: string): string {
  return `logout:${noticeId}`;
}

export function createLogoutQueue(options: LogoutQueueOptions): LogoutQueue {
  const { onceKeys, tell, cipher, clock, log, count } = options;
  const remember = (noticeId: string) => onceKeys.claim(outcomeKey(noticeId), clock.now() + REMEMBERED_MS);

  const queue = createDeliveryQueue<LogoutNotice>(options, {
    decrypt: (item) => decryptLogout(cipher, item),

    async attempt(notice) {
      if ((await onceKeys.peek(outcomeKey(notice.noticeId))) !== null) return { outcome: 'accepted' };
      const result = await tell(notice);
      if (result.outcome === 'accepted') {
        await remember(notice.noticeId);
        count('told');
        log.info({ event: 'logout.told', client: notice.clientId, account_id: notice.accountId });
      }
      return result;
    },

    delays: { first: 1000, most: 30_000 },
    // A logout token that arrives twice ends nothing more.
    mostLostLeases: Number.POSITIVE_INFINITY,

    async onGivenUp(reason, notice, item) {
      if (item) await remember(item.id);
      count('not_told');
      log.warn({
        event: 'logout.not_told',
        reason,
        ...(notice && { client: notice.clientId, account_id: notice.accountId }),
      });
    },
    onLeft: (reason) => log.info({ event: 'logout.left', reason }),
    onFailure: (error) => log.warn({ event: 'logout.queue_failed', error }),
  });

  return {
    add: (notice) => queue.add(encryptLogout(cipher, notice, clock.now())),
    deliverDue: queue.deliverDue,
    close: queue.close,
  };
}
