/** The first factor: an e-mail address and its password. An accepted password begins the sign-in transaction. */
import { isEmail, LONGEST_EMAIL, normaliseEmail, normalisePassword } from '../../domain/account.ts';
import { LONGEST_PASSWORD, passwordLength } from '../../domain/password/rules.ts';
import { accepted, type Outcome, refused } from '../../domain/refusal.ts';
import {
  addressKey,
  nextLock,
  PASSWORDS_PER_ACCOUNT,
  PASSWORDS_PER_ADDRESS,
  WINDOW_MS,
} from '../../domain/sign-in/attempts.ts';
import { beginningAt } from '../../domain/sign-in/ending.ts';
import {
  EMPTY_TRANSACTION,
  resolveConcurrentSave,
  type SignInTransaction,
} from '../../domain/sign-in/transaction.ts';
import type { EventLog } from '../../ports/events.ts';
import type { AccountStore, AttemptStore, LockoutStore, TransactionStore } from '../../ports/stores.ts';
import { Busy, type Cipher, type Clock, type PasswordHasher, type Random } from '../../ports/system.ts';
import { createPendingEvents } from '../events/pending-events.ts';
import type { LoadSnapshot } from '../second-factor/evaluate-policy.ts';
import { type AcceptedFirstFactor, unwantedBecause, type WantedAccount } from './wanted-account.ts';

interface SignInDeps {
  readonly accounts: Pick<AccountStore, 'findById' | 'findByEmail' | 'replacePasswordHash'>;
  readonly attempts: AttemptStore;
  readonly lockouts: LockoutStore;
  readonly transactions: Pick<TransactionStore, 'save' | 'find'>;
  readonly loadSnapshot: LoadSnapshot;
  readonly hasher: PasswordHasher;
  readonly cipher: Pick<Cipher, 'digest'>;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Random;
}

export interface PasswordSubmission extends WantedAccount {
  /** The uid of the transaction. */
  readonly uid: string;
  /** The transaction so far, which is replaced. */
  readonly before: SignInTransaction | null;
  readonly email: string;
  readonly password: string;
  /** The IP address that the form came from. */
  readonly ip: string;
  /** The id of a browser that has signed in with this e-mail address before. Null: it has not. */
  readonly knownBrowser: string | null;
  readonly clientId: string;
  readonly expiresAt: number;
}

const BUCKET = 'password';

export function createSignIn({
  accounts,
  attempts,
  lockouts,
  transactions,
  loadSnapshot,
  hasher,
  cipher,
  events,
  clock,
  random,
}: SignInDeps) {
  /** The same subject whether or not the account exists, so that a lock reveals nothing. */
  function subjectOf(email: string): string {
    return `password:${cipher.digest(email, 'password-attempts')}`;
  }

  /**
   * Counts the attempt before the password is compared. A known browser has a counter of its own. Otherwise the attempt
   * counts for the IP address and for the account, or for neither when one of them is locked.
   */
  async function count(subject: string, { ip, knownBrowser }: PasswordSubmission) {
    const atMs = clock.now();
    const id = random.id();
    const owner = knownBrowser === null ? subject : `browser:${knownBrowser}:${subject}`;
    const network = `address:${addressKey(ip)}`;
    if (knownBrowser === null) {
      const limits = [{ counter: 'address', limit: PASSWORDS_PER_ADDRESS, windowMs: WINDOW_MS }];
      const byAddress = await attempts.take({ owner: network, id, bucket: id, atMs, limits });
      if (!byAddress.ok) return { verdict: byAddress, owner, network, id };
    }
    const limits = [{ counter: 'account', limit: PASSWORDS_PER_ACCOUNT, windowMs: WINDOW_MS }];
    const verdict = await attempts.take({ owner, id, bucket: BUCKET, atMs, limits });
    if (!verdict.ok && knownBrowser === null) await attempts.forget(network, ['address'], id);
    return { verdict, owner, network, id };
  }

  async function submitPassword(submission: PasswordSubmission): Promise<Outcome<AcceptedFirstFactor>> {
    const { uid, knownBrowser, clientId, ip } = submission;
    // Before the account is read: an ending that comes while the password is compared ends this sign-in too.
    const begunAt = clock.now();
    const email = normaliseEmail(submission.email).slice(0, LONGEST_EMAIL + 1);
    // No attempt: it tells what was typed, and nothing about an account.
    if (email.length <= LONGEST_EMAIL && !isEmail(email))
      return refused({ code: 'field_invalid', because: 'email_incomplete' });
    if (submission.password === '') return refused({ code: 'field_invalid', because: 'password_missing' });
    const subject = subjectOf(email);
    const [lockout, account] = await Promise.all([lockouts.read(subject), accounts.findByEmail(email)]);
    const line = { accountId: account?.id ?? null, tenantId: account?.tenantId ?? null, clientId, ip };

    if (knownBrowser === null && lockout.lockedUntil > clock.now()) {
      await events.append({ ...line, name: 'sign_in.password_refused', reason: 'too_many_attempts' });
      return refused({ code: 'too_many_attempts', retryAt: lockout.lockedUntil });
    }
    const password = normalisePassword(submission.password);
    const fits = passwordLength(password) <= LONGEST_PASSWORD && email.length <= LONGEST_EMAIL;
    const hash = fits ? (account?.passwordHash ?? null) : null;
    // The attempt is counted when its hash is computed: a password that waits, or finds the queue full, is no failure.
    const { verdict, owner, network, id, matches } = await hasher.inTurn(async (verify) => {
      const counted = await count(subject, submission);
      return { ...counted, matches: counted.verdict.ok && (await verify(hash, fits ? password : '')) };
    });
    if (!verdict.ok) {
      await events.append({ ...line, name: 'sign_in.password_refused', reason: 'too_many_attempts' });
      return refused({ code: 'too_many_attempts', retryAt: verdict.retryAt });
    }
    if (!matches || !account || !hash) {
      if (knownBrowser === null) await countFailure(subject, verdict.left.account === 0, lockout.level);
      await events.append({ ...line, name: 'sign_in.password_refused', reason: 'credentials_invalid' });
      return refused({ code: 'credentials_invalid' });
    }

    const forgotten = async () => {
      await Promise.all([
        attempts.forget(owner, ['account'], BUCKET),
        knownBrowser === null ? attempts.forget(network, ['address'], id) : null,
        lockout.level > 0 || (lockout.failures[BUCKET] ?? 0) > 0 ? lockouts.clear(subject, BUCKET) : null,
      ]);
    };
    const reason = unwantedBecause(account, submission);
    if (reason) {
      await Promise.all([forgotten(), events.append({ ...line, name: 'sign_in.refused', reason })]);
      return refused({ code: 'forbidden' });
    }
    // Before the new hash, which waits in line: an office that signs in at once would count as guessing meanwhile.
    const forgetting = forgotten();
    // Its error is that of the sign-in below.
    forgetting.catch(() => {});
    if (hasher.needsRehash(hash)) await renewHash(account.id, hash, password);
    const started: SignInTransaction = {
      ...EMPTY_TRANSACTION,
      uid,
      version: submission.before?.version ?? 0,
      accountId: account.id,
      authentications: [{ method: 'pwd', enrolmentId: null, atMs: beginningAt(begunAt, account) }],
      keepsAuthTime: null,
      expiresAt: submission.expiresAt,
    };
    const [kept, snapshot] = await Promise.all([
      transactions.save(started),
      loadSnapshot(account.id, account),
      forgetting,
    ]);
    if (!kept) {
      const concurrent = resolveConcurrentSave(
        started,
        await transactions.find(uid, clock.now()),
        () => true,
      );
      return concurrent.ok
        ? accepted({ transaction: concurrent.value, snapshot, pending: createPendingEvents(events, []) })
        : concurrent;
    }
    const pending = createPendingEvents(events, [{ ...line, name: 'sign_in.password_accepted' }]);
    return accepted({ transaction: kept, snapshot, pending });
  }

  /** Replaces a hash with other parameters. A busy server leaves it to the next sign-in. */
  async function renewHash(id: string, previous: string, password: string): Promise<void> {
    try {
      await accounts.replacePasswordHash(id, previous, await hasher.hash(password));
    } catch (error) {
      if (!(error instanceof Busy)) throw error;
    }
  }

  /** The last attempt of the window locks the account's password, for longer each time. */
  async function countFailure(subject: string, isLast: boolean, level: number): Promise<void> {
    await lockouts.addFailure(subject, BUCKET, clock.now());
    if (!isLast) return;
    const lock = nextLock(level, clock.now());
    await lockouts.lock(subject, lock.lockedUntil, lock.level);
  }

  /** The e-mail address of a live session's account. Null when the request or its client does not take that account. */
  async function suggestedEmail(accountId: string, wanted: WantedAccount): Promise<string | null> {
    const account = await accounts.findById(accountId);
    return account && unwantedBecause(account, wanted) === null ? account.email : null;
  }

  return { submitPassword, suggestedEmail };
}

export type SignIn = ReturnType<typeof createSignIn>;
