/** Hashes passwords with argon2id on the thread pool. The number of running hashes and the queue are bounded. */
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { hash, hashSync, parseOptions, verify } from '@node-rs/argon2';
import PQueue from 'p-queue';
import { Busy, type PasswordHasher, type VerifyPassword } from '../../ports/system.ts';

/** OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane; salt and tag as in RFC 9106, 3.1. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 };
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
}

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

export function createPasswordHasher({
  concurrency,
  queueLimit,
  waitMs = 10_000,
}: PasswordHasherOptions): PasswordHasher {
  const inTurn = createTurns(Math.min(concurrency, availableParallelism()), queueLimit, waitMs);
  const dummy = hashSync(randomBytes(32), PARAMETERS);

  const verifyNow: VerifyPassword = async (stored, password) => {
    // A text that is no argon2 hash costs the same work as an unknown account, and matches nothing.
    const usable = stored !== null && parametersOf(stored) !== null ? stored : null;
    const matches = await verify(usable ?? dummy, password);
    return matches && usable !== null;
  };

  return {
    hash: (password) => inTurn(() => hash(password, PARAMETERS)),
    inTurn: (job) => inTurn(() => job(verifyNow)),
    needsRehash: (stored) => {
      const found = parametersOf(stored);
      return found === null || !isCurrent(found);
    },
  };
}
