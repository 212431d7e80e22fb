/**
 * Hashes passwords with argon2id on the thread pool. The number of running hashes and the queue are bounded. A wrong
 * password is refused no sooner than the most expensive hash would allow, so that the time tells nothing of an account:
 * an imported hash may have other parameters than those of unknown accounts.
 */
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { hash, hashSync, parseOptions, verify } from '@node-rs/argon2';
import PQueue from 'p-queue';
import { HASH_COST, MOST_HASH_COST, OWN_HASH } from '../../domain/password-hash.ts';
import { Busy, type PasswordHasher, type VerifyPassword } from '../../ports/system.ts';

/** OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane; salt and tag as in RFC 9106, 3.1. */
const PARAMETERS = {
  memoryCost: OWN_HASH.memory,
  timeCost: OWN_HASH.passes,
  parallelism: 1,
  outputLen: 32,
};
const SALT_BYTES = 16;
/** `Algorithm.Argon2id` and `Version.V0x13`: ambient const enums, which code run without a compiler cannot read. */
const ARGON2ID = 2;
const VERSION_0X13 = 1;

export interface PasswordHasherOptions {
  /** The number that is hashed at once, at most the number of processors. Each takes 19 MiB of memory. */
  readonly concurrency: number;
  /** The number that may wait. A call beyond it rejects with `Busy`. */
  readonly queueLimit: number;
  /** Milliseconds. A call that has waited for so long rejects with `Busy`. Default: 10 s, when people have left. */
  readonly waitMs?: number;
  /** Milliseconds from the start of a comparison to its refusal. Default: the time of the most expensive hash, measured. */
  readonly refusalMs?: number;
}

/** A hash that costs more than this is not imported. RFC 9106's second choice (64 MiB, 3 passes) is 5 of it. */
const DEAREST = MOST_HASH_COST / HASH_COST;
/** The time of a hash varies, and grows faster than its parameters once the memory exceeds the caches (1.3 measured). */
const MARGIN = 2;

type Parameters = ReturnType<typeof parseOptions>;

function parametersOf(phc: string): Parameters | null {
  try {
    return parseOptions(phc);
  } catch {
    return null;
  }
}

function isCurrent(found: Parameters): boolean {
  return (
    found.algorithm === ARGON2ID &&
    found.version === VERSION_0X13 &&
    found.memoryCost === PARAMETERS.memoryCost &&
    found.timeCost === PARAMETERS.timeCost &&
    found.parallelism === PARAMETERS.parallelism &&
    found.outputLen >= PARAMETERS.outputLen &&
    found.saltLen >= SALT_BYTES
  );
}

type InTurn = <T>(job: () => Promise<T>) => Promise<T>;

/** Runs at most `concurrency` jobs; the others wait in the order of their calls. */
function createTurns(concurrency: number, queueLimit: number, waitMs: number): InTurn {
  const queue = new PQueue({ concurrency });

  return async (job) => {
    if (queue.pending >= concurrency && queue.size >= queueLimit)
      throw new Busy('too many passwords are being checked');
    const waiting = new AbortController();
    const timer = setTimeout(() => waiting.abort(new Busy('passwords are checked too slowly')), waitMs);
    const begin = () => {
      clearTimeout(timer);
      return job();
    };
    return queue.add(begin, { signal: waiting.signal });
  };
}

/** A timer of Node counts from the start of the current turn of its loop, so it may end some milliseconds early. */
async function untilTime(ms: number): Promise<void> {
  for (let left = ms - performance.now(); left > 0; left = ms - performance.now())
    await pause(Math.ceil(left));
}

export function createPasswordHasher({
  concurrency,
  queueLimit,
  waitMs = 10_000,
  refusalMs,
}: PasswordHasherOptions): PasswordHasher {
  const turns = createTurns(Math.min(concurrency, availableParallelism()), queueLimit, waitMs);
  // The first one loads the library.
  hashSync(randomBytes(32), PARAMETERS);
  const begun = performance.now();
  const dummy = hashSync(randomBytes(32), PARAMETERS);
  const floorMs = refusalMs ?? (performance.now() - begun) * DEAREST * MARGIN;

  const verifyNow: VerifyPassword = async (stored, password) => {
    // A text that is no argon2 hash costs the same work as an unknown account, and matches nothing.
    const usable = stored !== null && parametersOf(stored) !== null ? stored : null;
    const matches = await verify(usable ?? dummy, password);
    return matches && usable !== null;
  };

  /** Waits after the turn: others are hashed meanwhile. */
  const inTurn: PasswordHasher['inTurn'] = async (job) => {
    let refusedAt = 0;
    const value = await turns(() =>
      job(async (stored, password) => {
        const startedAt = performance.now();
        const matches = await verifyNow(stored, password);
        refusedAt = matches ? 0 : startedAt + floorMs;
        return matches;
      }),
    );
    await untilTime(refusedAt);
    return value;
  };

  return {
    hash: (password) => turns(() => hash(password, PARAMETERS)),
    inTurn,
    needsRehash: (stored) => {
      const found = parametersOf(stored);
      return found === null || !isCurrent(found);
    },
  };
}
