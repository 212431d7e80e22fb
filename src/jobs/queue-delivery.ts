/** Sends what is due in a queue's store: the items of processes that have ended, and items that were put off. */
import type { Log } from '../ports/log.ts';
import type { Job } from './runner.ts';

interface QueueDeliveryDeps {
  readonly queue: 'mail' | 'logout';
  readonly deliverDue: () => Promise<void>;
  readonly log: Log;
}

/** In milliseconds: a code lives for 90 seconds, and an item of an ended process waits for its lease as well. */
const EVERY_MS = 5000;

export function createQueueDelivery({ queue, deliverDue, log }: QueueDeliveryDeps): Job {
  return {
    name: `${queue} delivery`,
    everyMs: EVERY_MS,
    startsAtOnce: true,
    run: deliverDue,
    onFailure: (error) => log({ event: `${queue}.queue_failed`, error }),
  };
}
