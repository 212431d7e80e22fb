/** Compares a typed password within the limits on wrong ones: each attempt is counted before its password is compared. */
import { LONGEST_PASSWORD, passwordLength } from '../../domain/password/rules.ts';
import {
  addressKey,
  type Lockout,
  nextLock,
  PASSWORDS_PER_ACCOUNT,
  PASSWORDS_PER_ADDRESS,
  WINDOW_MS,
} from '../../domain/sign-in/attempts.ts';
import type { AttemptStore, LockoutStore } from '../../ports/stores.ts';
import type { Cipher, Clock, PasswordHasher, Random } from '../../ports/system.ts';
import { PASSWORD_BUCKET, PASSWORD_COUNTER, passwordSubjectOf, releasePassword } from './password-subject.ts';

interface PasswordAttemptsDeps {
  readonly attempts: AttemptStore;
  readonly lockouts: LockoutStore;
  readonly hasher: Pick<PasswordHasher, 'inTurn'>;
  readonly cipher: Pick<Cipher, 'digest'>;
  readonly clock: Clock;
  readonly random: Random;
}

/** The place that a password was typed at. */
export interface PasswordPlace {
  /** The IP address that the form came from. */
  readonly ip: string;
  /** The id of a browser that has signed in with this e-mail address before. Null: it has not. */
  readonly knownBrowser: string | null;
}

export interface TypedPassword extends PasswordPlace {
  /** Normalised. */
  readonly email: string;
  /** The account with this address. Null when there is none: the same work is done. */
  readonly accountId: string | null;
  /** Normalised. */
  readonly password: string;
  /** Null where there is no account or no password: the same work is done. */
  readonly hash: string | null;
  /** As `lockoutOf` has read it. */
  readonly lockout: Lockout;
}

export type ComparedPassword =
  /** It was not compared: the account or the network waits. */
  | { readonly kind: 'waits'; readonly retryAt: number }
  | { readonly kind: 'wrong' }
  /** `forget` takes the failures of before back. */
  | { readonly kind: 'right'; readonly forget: () => Promise<void> };

interface CountedFailure {
  readonly subject: string;
  readonly accountId: string | null;
  /** Whether it was the last attempt of the window. */
  readonly isLast: boolean;
  /** The level that the account's lock has reached. */
  readonly level: number;
}

export function createPasswordAttempts({
  attempts,
  lockouts,
  hasher,
  cipher,
  clock,
  random,
}: PasswordAttemptsDeps) {
  const subjectOf = (email: string) => passwordSubjectOf(cipher, email);

  function lockoutOf(email: string): Promise<Lockout> {
    return lockouts.read(subjectOf(email));
  }

  /**
   * Counts the attempt before the password is compared. A known browser has a counter of its own. Otherwise the attempt
   * counts for the IP address and for the account, or for neither when one of them is locked.
   */
  async function count(subject: string, { ip, knownBrowser }: PasswordPlace) {
    const atMs = clock.now();
    const id = random.id();
    const owner = knownBrowser === null ? subject : `browser:${knownBrowser}:${subject}`;
    const network = `address:${addressKey(ip)}`;
    if (knownBrowser === null) {
      const limits = [{ counter: 'address', limit: PASSWORDS_PER_ADDRESS, windowMs: WINDOW_MS }];
      const byAddress = await attempts.take({ owner: network, id, bucket: id, atMs, limits });
      if (!byAddress.ok) return { verdict: byAddress, owner, network, id };
    }
    const limits = [{ counter: PASSWORD_COUNTER, limit: PASSWORDS_PER_ACCOUNT, windowMs: WINDOW_MS }];
    const verdict = await attempts.take({ owner, id, bucket: PASSWORD_BUCKET, atMs, limits });
    if (!verdict.ok && knownBrowser === null) await attempts.forget(network, ['address'], id);
    return { verdict, owner, network, id };
  }

  async function compare(typed: TypedPassword): Promise<ComparedPassword> {
    const { email, accountId, password, hash, lockout, knownBrowser } = typed;
    const isStranger = knownBrowser === null;
    if (isStranger && lockout.lockedUntil > clock.now())
      return { kind: 'waits', retryAt: lockout.lockedUntil };
    const subject = subjectOf(email);
    const fits = passwordLength(password) <= LONGEST_PASSWORD;
    // The attempt is counted when its hash is computed: a password that waits, or finds the queue full, is no failure.
    const { verdict, owner, network, id, matches } = await hasher.inTurn(async (verify) => {
      const counted = await count(subject, typed);
      const isRight = counted.verdict.ok && (await verify(fits ? hash : null, fits ? password : ''));
      return { ...counted, matches: isRight };
    });
    if (!verdict.ok) return { kind: 'waits', retryAt: verdict.retryAt };
    if (!matches) {
      const isLast = verdict.left[PASSWORD_COUNTER] === 0;
      if (isStranger) await countFailure({ subject, accountId, isLast, level: lockout.level });
      return { kind: 'wrong' };
    }
    const forget = async () => {
      await Promise.all([
        attempts.forget(owner, [PASSWORD_COUNTER], PASSWORD_BUCKET),
        isStranger ? attempts.forget(network, ['address'], id) : null,
        lockout.level > 0 || (lockout.failures[PASSWORD_BUCKET] ?? 0) > 0
          ? lockouts.clear(subject, PASSWORD_BUCKET)
          : null,
      ]);
    };
    return { kind: 'right', forget };
  }

  /** The last attempt of the window locks the account's password, for longer each time. */
  async function countFailure({ subject, accountId, isLast, level }: CountedFailure): Promise<void> {
    await lockouts.addFailure(subject, PASSWORD_BUCKET, clock.now());
    if (!isLast) return;
    const lock = nextLock(level, clock.now());
    await lockouts.lock(subject, lock.lockedUntil, lock.level, accountId);
  }

  /** Ends the wait after wrong passwords, once the password is another one. */
  function release(email: string): Promise<void> {
    return releasePassword({ attempts, lockouts }, subjectOf(email));
  }

  return { lockoutOf, compare, release };
}

export type PasswordAttempts = ReturnType<typeof createPasswordAttempts>;
