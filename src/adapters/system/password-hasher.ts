/** Passwords as argon2id on the thread pool, a bounded number at a time and a bounded number waiting. */
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { hash, hashSync, parseOptions, verify } from '@node-rs/argon2';
import { Busy, type PasswordHasher, type VerifyPassword } from '../../ports/system.ts';

/** OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane; salt and tag as in RFC 9106, 3.1. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 };
const SALT_BYTES = 16;
/** `Algorithm.Argon2id` and `Version.V0x13`: ambient const enums, which code run without a compiler cannot read. */
const ARGON2ID = 2;
const VERSION_0X13 = 1;

export interface PasswordHasherOptions {
  /** How many are hashed at once; never more than there are processors. 19 MiB of memory each. */
  readonly concurrency: number;
  /** How many may wait; whoever comes after is told `Busy`. */
  readonly queueLimit: number;
  /** Milliseconds; whoever has waited for so long is told `Busy` too. Default: 10 s, beyond which nobody waits. */
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

type Gate = <T>(job: () => Promise<T>) => Promise<T>;

/** Runs at most `concurrency` jobs, the others in the order in which they came. */
function createGate(concurrency: number, queueLimit: number, waitMs: number): Gate {
  const waiting = new Set<() => void>();
  let running = 0;

  function place(): Promise<void> {
    return new Promise((admit, reject) => {
      const next = () => {
        clearTimeout(timer);
        admit();
      };
      const timer = setTimeout(() => {
        waiting.delete(next);
        reject(new Busy('passwords are checked too slowly'));
      }, waitMs);
      waiting.add(next);
    });
  }

  return async (job) => {
    if (running < concurrency) running += 1;
    else if (waiting.size >= queueLimit) throw new Busy('too many passwords are being checked');
    // The place is handed over by whoever leaves, so that nobody can slip in between.
    else await place();
    try {
      return await job();
    } finally {
      const [next] = waiting;
      if (next) {
        waiting.delete(next);
        next();
      } else running -= 1;
    }
  };
}

export function createPasswordHasher({
  concurrency,
  queueLimit,
  waitMs = 10_000,
}: PasswordHasherOptions): PasswordHasher {
  const inTurn = createGate(Math.min(concurrency, availableParallelism()), queueLimit, waitMs);
  const dummy = hashSync(randomBytes(32), PARAMETERS);

  const verifyNow: VerifyPassword = async (stored, password) => {
    // What is not an argon2 hash is treated like an unknown account: the same work, and no.
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
