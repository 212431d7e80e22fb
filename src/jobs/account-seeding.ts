/**
 * Creates the accounts of a configuration beside the requests, since each password that it writes takes a hash. An account
 * can be used as soon as it is made. A request that needs one that is not made yet makes it first.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { differencesOf } from '../domain/administration/account-differences.ts';
import { type AdministrationStore, MOST_AT_ONCE } from '../ports/administration/administration-store.ts';
import type { Logger } from '../ports/log.ts';
import { Busy } from '../ports/system.ts';
import type { WantedAccount } from '../use-cases/administration/reconciliation.ts';

interface AccountSeedingDeps {
  /** Accounts that are made at a time. */
  readonly atOnce: number;
  /** Accounts that are made before a configuration is served: a small one is complete then. Default: 40. */
  readonly first?: number;
  /** A number from 0 to below 1: the place in the list at which this instance begins. */
  readonly beginsAt: () => number;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/** An account that is not made yet, and the act of the configuration that wants it. */
interface Waiting {
  readonly wanted: WantedAccount;
  readonly create: (wanted: WantedAccount) => Promise<unknown>;
}

export interface SeedingRound {
  readonly wanted: readonly WantedAccount[];
  readonly administration: Pick<AdministrationStore, 'accountsByEmail'>;
  /** Does nothing for an account that another instance has made. */
  readonly create: (wanted: WantedAccount) => Promise<unknown>;
}

export interface AccountSeeding {
  /**
   * Takes the accounts of a configuration in the place of those of the one before. Resolves when the first of them are
   * made. Gives the e-mail addresses of stored accounts that differ from the configuration.
   */
  begin(round: SeedingRound): Promise<readonly string[]>;
  /** Makes an account that waits, before its turn. False when none with this address waits. */
  ensure(email: string): Promise<boolean>;
  /** Stops before the next account. */
  stop(): Promise<void>;
}

const FIRST = 40;
/** Accounts between two lines about the progress. */
const REPORT_EVERY = 250;
/** Milliseconds until an account that failed is tried again. */
const RETRY_MS = 2000;

export function createAccountSeeding({
  atOnce,
  first = FIRST,
  beginsAt,
  log,
}: AccountSeedingDeps): AccountSeeding {
  let waiting = new Map<string, Waiting>();
  const underWay = new Map<string, Promise<unknown>>();
  let stopped = new AbortController();
  let background: Promise<unknown> = Promise.resolve();

  /** Once for all who need this account now. */
  async function make(email: string, { wanted, create }: Waiting): Promise<void> {
    const begun = underWay.get(email) ?? create(wanted);
    underWay.set(email, begun);
    try {
      await begun;
      waiting.delete(email);
    } finally {
      underWay.delete(email);
    }
  }

  async function look({ wanted, administration, create }: SeedingRound) {
    const absent = new Map<string, Waiting>();
    const differing: string[] = [];
    for (let start = 0; start < wanted.length; start += MOST_AT_ONCE) {
      const part = wanted.slice(start, start + MOST_AT_ONCE);
      const stored = await administration.accountsByEmail(part.map(({ email }) => email));
      for (const each of part) {
        const found = stored.get(each.email);
        if (!found) absent.set(each.email, { wanted: each, create });
        else if (found.tenantId !== each.tenantId || differencesOf(each, found).length > 0)
          differing.push(each.email);
      }
    }
    return { absent, differing };
  }

  async function inParallel(emails: Iterable<string>, act: (email: string) => Promise<void>): Promise<void> {
    const left = emails[Symbol.iterator]();
    const sides = Array.from({ length: atOnce }, async () => {
      for (let next = left.next(); !next.done; next = left.next()) await act(next.value);
    });
    await Promise.all(sides);
  }

  /** A full queue of hashes leaves the account to the background. */
  async function makeFirst(emails: readonly string[]): Promise<void> {
    await inParallel(emails, async (email) => {
      const each = waiting.get(email);
      if (!each) return;
      await make(email, each).catch((error: unknown) => {
        if (!(error instanceof Busy)) throw error;
      });
    });
  }

  async function makeRest(signal: AbortSignal): Promise<void> {
    const count = waiting.size;
    const begins = Math.floor(beginsAt() * count);
    const emails = [...waiting.keys()];
    const report = (event: string, done: number) =>
      log.info({ event, reason: `${done} of ${count} new accounts of the configuration are made` });
    let reported = 0;
    report('accounts.seeding', 0);
    await inParallel([...emails.slice(begins), ...emails.slice(0, begins)], async (email) => {
      await makeSurely(email, signal);
      const done = count - waiting.size;
      if (signal.aborted || done - reported < REPORT_EVERY) return;
      reported = done;
      report('accounts.seeding', done);
    });
    if (!signal.aborted) report('accounts.seeded', count);
  }

  /** Tries until it is made: a store may be away for a while. */
  async function makeSurely(email: string, signal: AbortSignal): Promise<void> {
    let isReported = false;
    for (;;) {
      const each = waiting.get(email);
      if (!each || signal.aborted) return;
      try {
        await make(email, each);
      } catch (error) {
        if (!isReported && !signal.aborted && !(error instanceof Busy))
          log.warn({ event: 'accounts.seeding_failed', error });
        isReported = true;
        await pause(RETRY_MS, null, { ref: false, signal }).catch(() => {});
      }
    }
  }

  async function stop(): Promise<void> {
    stopped.abort();
    await background;
    await Promise.allSettled(underWay.values());
  }

  return {
    async begin(round) {
      const { absent, differing } = await look(round);
      await stop();
      stopped = new AbortController();
      waiting = absent;
      try {
        await makeFirst([...absent.keys()].slice(0, first));
      } finally {
        background = waiting.size > 0 ? makeRest(stopped.signal) : Promise.resolve();
      }
      return differing;
    },

    async ensure(email) {
      const each = waiting.get(email);
      if (!each) return false;
      await make(email, each);
      return true;
    },

    stop,
  };
}
