/** Sends mail that is due in the store: the messages of processes that have ended, and messages that were put off. */
import type { Log } from '../ports/log.ts';
import type { Job } from './runner.ts';

interface MailDeliveryDeps {
  readonly deliverDue: () => Promise<void>;
  readonly log: Log;
}

/** In milliseconds: a code lives for 90 seconds, and a message of an ended process waits for its lease as well. */
const EVERY_MS = 5000;

export function createMailDelivery({ deliverDue, log }: MailDeliveryDeps): Job {
  return {
    name: 'mail delivery',
    everyMs: EVERY_MS,
    startsAtOnce: true,
    run: deliverDue,
    onFailure: (error) => log({ event: 'mail.queue_failed', error }),
  };
}
