/** Takes mail over at once and sends it in its own time: again when it was put off, never after its life. */
import type { Log } from '../../ports/log.ts';
import { DeliveryFailed, type Message, type MessageSender } from '../../ports/senders.ts';
import type { Clock, Random } from '../../ports/system.ts';
import { oneMailbox } from './destination.ts';

/** What came of one attempt; the reason is in words of ours and names no address. */
export type Attempt =
  | { readonly outcome: 'accepted' }
  /** `later`: the same message may be accepted another time. `refused`: it never will be. */
  | { readonly outcome: 'later' | 'refused'; readonly reason: string };

export interface MailTransport {
  /** The same `id` for each attempt at a message, by which a receiver knows it again. Never rejects. */
  attempt(message: Message, id: string): Promise<Attempt>;
  /** Lets go of its connections, whatever they are at. */
  close(): void;
}

/** Does the task once, after so many milliseconds; the result calls it off. */
export type Schedule = (task: () => void, afterMs: number) => () => void;

export interface MailQueueOptions {
  readonly transport: MailTransport;
  readonly clock: Clock;
  readonly schedule: Schedule;
  readonly random: Pick<Random, 'id'>;
  readonly log: Log;
  /** Messages that may be here at once, under way and waiting; the next one is not taken. */
  readonly length?: number;
  /** Attempts that may be under way at once. */
  readonly concurrency: number;
}

export interface MailQueue extends MessageSender {
  /** Takes nothing more, tries each message that is left once more, and ends at the deadline at the latest. */
  close(withinMs: number): Promise<void>;
}

/** Some ten megabytes of mail. */
const LENGTH = 1000;
/** Milliseconds: what has no life of its own is a notice, and greylisting seldom takes an hour. */
const DEFAULT_LIFE_MS = 60 * 60 * 1000;
/** Milliseconds before the second attempt, doubled for each one after it, up to the most. */
const FIRST_DELAY_MS = 1000;
const MOST_DELAY_MS = 5 * 60 * 1000;

interface Entry {
  readonly message: Message;
  readonly id: string;
  readonly expiresAt: number;
  attempts: number;
}

export function createMailQueue({
  transport,
  clock,
  schedule,
  random,
  log,
  length = LENGTH,
  concurrency,
}: MailQueueOptions): MailQueue {
  const ready: Entry[] = [];
  const waiting = new Map<Entry, () => void>();
  const underWay = new Set<Entry>();
  let isClosed = false;
  let onEmpty: (() => void) | null = null;

  function goOn(): void {
    while (underWay.size < concurrency) {
      const next = ready.shift();
      if (next === undefined) break;
      if (clock.now() >= next.expiresAt) giveUp('it was not sent within its life');
      else void tryOnce(next);
    }
    if (underWay.size + ready.length + waiting.size === 0) onEmpty?.();
  }

  async function tryOnce(entry: Entry): Promise<void> {
    underWay.add(entry);
    entry.attempts += 1;
    const attempt = await transport.attempt(entry.message, entry.id);
    // At the deadline of a closed queue it was given up already.
    if (!underWay.delete(entry)) return;
    if (attempt.outcome === 'refused') giveUp(attempt.reason);
    if (attempt.outcome === 'later') putOff(entry, attempt.reason);
    goOn();
  }

  function putOff(entry: Entry, reason: string): void {
    const delay = Math.min(FIRST_DELAY_MS * 2 ** (entry.attempts - 1), MOST_DELAY_MS);
    if (isClosed || clock.now() + delay >= entry.expiresAt) {
      giveUp(`${reason}, ${entry.attempts} times within its life`);
      return;
    }
    waiting.set(
      entry,
      schedule(() => makeReady(entry), delay),
    );
  }

  function makeReady(entry: Entry): void {
    waiting.delete(entry);
    ready.push(entry);
    goOn();
  }

  function giveUp(reason: string): void {
    log({ event: 'mail.undelivered', reason });
  }

  return {
    async send(message) {
      oneMailbox(message);
      if (isClosed) throw new DeliveryFailed('no mail is taken any more');
      if (underWay.size + ready.length + waiting.size >= length)
        throw new DeliveryFailed('too much mail is waiting already');
      const expiresAt = message.expiresAt ?? clock.now() + DEFAULT_LIFE_MS;
      ready.push({ message, id: random.id(), expiresAt, attempts: 0 });
      goOn();
    },

    async close(withinMs) {
      if (isClosed) return;
      isClosed = true;
      for (const callOff of waiting.values()) callOff();
      ready.push(...waiting.keys());
      waiting.clear();
      await new Promise<void>((resolve) => {
        const callOff = schedule(resolve, withinMs);
        onEmpty = () => {
          callOff();
          resolve();
        };
        goOn();
      });
      for (const _ of [...underWay, ...ready]) giveUp('the server stopped before it was sent');
      underWay.clear();
      ready.length = 0;
      transport.close();
    },
  };
}
