/**
 * Limits how many sign-ins begin from one network in a minute. Anybody may begin one without proof of who they are, and
 * each leaves a record in the short-lived store.
 *
 * A person who has signed in from this browser before does not count for the network: an office of thousands shares one
 * address. Such a person has a counter, and not such a cookie. Otherwise one stolen cookie, or one account with many
 * cookies, would have no limit.
 */
import { anonymousOwner } from '../../domain/sign-in/attempts.ts';
import type { Log } from '../../ports/log.ts';
import type { RateStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';
import type { Metrics } from '../../ports/telemetry/metrics.ts';

/** A request that begins something before its sender has signed in. */
export interface Start {
  /** The name of the provider's route. */
  readonly endpoint: string;
  readonly ip: string;
  /** The account of the live session. Null: there is none. */
  readonly accountId: string | null;
  /** The person who has signed in from this browser before, as a digest. Null: nobody has. */
  readonly knownPerson: string | null;
}

interface StartLimitDeps {
  readonly rates: RateStore;
  /** For one network, and for one person. Null: no limit. */
  readonly perMinute: number | null;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'throttled'>;
  readonly log: Log;
}

const WINDOW_MS = 60_000;
/** Milliseconds between two lines of the log. A flood would otherwise fill the log as well. */
const LOGGED_EVERY_MS = 60_000;
/** Full owners that an instance remembers: a megabyte or two. */
const MOST_KNOWN = 10_000;

export function createStartLimit({ rates, perMinute, clock, metrics, log }: StartLimitDeps) {
  let unlogged = 0;
  let loggedAtMs = Number.NEGATIVE_INFINITY;
  /** The owners that the store has refused, with the end of their window. The oldest stands first. */
  const full = new Map<string, number>();

  /**
   * The end of the window of an owner that this instance knows to be full. Null: the store decides. So the refusals of a
   * flood ask the store once a minute.
   */
  function fullUntil(start: Start): number | null {
    const owner = ownerOf(start);
    const retryAt = full.get(owner);
    if (retryAt === undefined) return null;
    const left = retryAt - clock.now();
    if (left > 0 && left <= WINDOW_MS) {
      note(start);
      return retryAt;
    }
    full.delete(owner);
    return null;
  }

  /** Counts the start in one act of the store. Null: it is admitted. Otherwise the end of the window that is full. */
  async function admit(start: Start): Promise<number | null> {
    if (perMinute === null) return null;
    const owner = ownerOf(start);
    const limit = { limit: perMinute, windowMs: WINDOW_MS };
    const verdict = await rates.take(owner, limit, clock.now());
    if (verdict.ok) return null;
    const [oldest] = full.keys();
    if (oldest !== undefined && full.size >= MOST_KNOWN) full.delete(oldest);
    full.set(owner, verdict.retryAt);
    note(start);
    return verdict.retryAt;
  }

  function note({ endpoint, ip }: Start): void {
    metrics.throttled(endpoint);
    unlogged += 1;
    const now = clock.now();
    if (Math.abs(now - loggedAtMs) < LOGGED_EVERY_MS) return;
    const reason = `${unlogged} refused since the last such line, the last one from this network`;
    log({ event: 'request.throttled', endpoint, ip, reason });
    loggedAtMs = now;
    unlogged = 0;
  }

  return { admit, fullUntil };
}

export type StartLimit = ReturnType<typeof createStartLimit>;

function ownerOf({ ip, accountId, knownPerson }: Start): string {
  return accountId === null ? anonymousOwner(ip, knownPerson) : `account:${accountId}`;
}
