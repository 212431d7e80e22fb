/** The first factor: an address and its password, counted, compared, and noted in the sign-in's progress. */
import { normaliseEmail, normalisePassword } from '../../domain/account.ts';
import type { AccountSnapshot, LoadSnapshot } from '../../domain/policy/policy.ts';
import { accepted, type Outcome, refused } from '../../domain/refusal.ts';
import {
  addressKey,
  nextLock,
  PASSWORDS_PER_ACCOUNT,
  PASSWORDS_PER_ADDRESS,
  WINDOW_MS,
} from '../../domain/sign-in/attempts.ts';
import {
  EMPTY_TRANSACTION,
  resolveConcurrentSave,
  type SignInTransaction,
} from '../../domain/sign-in/transaction.ts';
import type { AccountStore, AttemptStore, LockoutStore, TransactionStore } from '../../ports/stores.ts';
import type { AuditLog, Cipher, Clock, PasswordHasher, Random } from '../../ports/system.ts';

interface SignInDeps {
  readonly accounts: Pick<AccountStore, 'findByEmail' | 'replacePasswordHash'>;
  readonly attempts: AttemptStore;
  readonly lockouts: LockoutStore;
  readonly transactions: Pick<TransactionStore, 'save' | 'find'>;
  readonly loadSnapshot: LoadSnapshot;
  readonly hasher: PasswordHasher;
  readonly cipher: Pick<Cipher, 'digest'>;
  readonly auditLog: AuditLog;
  readonly clock: Clock;
  readonly random: Random;
}

export interface PasswordSubmission {
  readonly uid: string;
  /** What this sign-in had come to before, if anything: it is replaced. */
  readonly before: SignInTransaction | null;
  readonly email: string;
  readonly password: string;
  /** The network address the form came from. */
  readonly ip: string;
  /** The id of a browser that signed in to this address before; null: it did not. */
  readonly knownBrowser: string | null;
  /** Only members of this tenant may go on; null: all. */
  readonly tenantId: string | null;
  /** Only this account may go on; null: all. */
  readonly accountId: string | null;
  readonly clientId: string;
  readonly expiresAt: number;
}

/** A sign-in whose password was right, and what was read meanwhile of the account; null: it is gone. */
export interface Begun {
  readonly transaction: SignInTransaction;
  readonly snapshot: AccountSnapshot | null;
}

/** Longer than any address (RFC 5321, 4.5.3.1) and than any password that could have been set: not worth hashing. */
const LONGEST_EMAIL = 320;
const LONGEST_PASSWORD = 128;
const BUCKET = 'password';

export function createSignIn({
  accounts,
  attempts,
  lockouts,
  transactions,
  loadSnapshot,
  hasher,
  cipher,
  auditLog,
  clock,
  random,
}: SignInDeps) {
  /** Under one name whether the account exists or not, so that waiting tells nothing. */
  function subjectOf(email: string): string {
    return `password:${cipher.digest(email, 'password-attempts')}`;
  }

  /**
   * Counts the attempt before the password is looked at: for a known browser alone, else for address and account, in
   * both or in none, since who has to wait for the one has failed at nothing of the other's.
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

  async function submitPassword(submission: PasswordSubmission): Promise<Outcome<Begun>> {
    const { uid, knownBrowser, clientId, tenantId, accountId, ip } = submission;
    const email = normaliseEmail(submission.email).slice(0, LONGEST_EMAIL + 1);
    const subject = subjectOf(email);
    const [lockout, account] = await Promise.all([lockouts.read(subject), accounts.findByEmail(email)]);
    const line = { accountId: account?.id ?? null, tenantId: account?.tenantId ?? null, clientId, ip };

    if (knownBrowser === null && lockout.lockedUntil > clock.now()) {
      await auditLog({ ...line, event: 'sign_in.password_refused', reason: 'too_many_attempts' });
      return refused({ code: 'too_many_attempts', retryAt: lockout.lockedUntil });
    }
    const password = normalisePassword(submission.password);
    const fits = password.length <= LONGEST_PASSWORD && email.length <= LONGEST_EMAIL;
    const hash = fits ? (account?.passwordHash ?? null) : null;
    // Counted when its turn has come: a right password that waits in line, or is turned away there, is no failure.
    const { verdict, owner, network, id, matches } = await hasher.inTurn(async (verify) => {
      const counted = await count(subject, submission);
      return { ...counted, matches: counted.verdict.ok && (await verify(hash, fits ? password : '')) };
    });
    if (!verdict.ok) {
      await auditLog({ ...line, event: 'sign_in.password_refused', reason: 'too_many_attempts' });
      return refused({ code: 'too_many_attempts', retryAt: verdict.retryAt });
    }
    if (!matches || !account || !hash) {
      if (knownBrowser === null) await countFailure(subject, verdict.left.account === 0, lockout.level);
      await auditLog({ ...line, event: 'sign_in.password_refused', reason: 'credentials_invalid' });
      return refused({ code: 'credentials_invalid' });
    }

    const forgotten = async () => {
      await Promise.all([
        attempts.forget(owner, ['account'], BUCKET),
        knownBrowser === null ? attempts.forget(network, ['address'], id) : null,
        lockout.level > 0 || (lockout.failures[BUCKET] ?? 0) > 0 ? lockouts.clear(subject, BUCKET) : null,
      ]);
    };
    const otherTenant = tenantId !== null && account.tenantId !== tenantId;
    const otherAccount = accountId !== null && account.id !== accountId;
    if (otherTenant || otherAccount) {
      const reason = otherTenant ? 'other_tenant' : 'other_account';
      await Promise.all([forgotten(), auditLog({ ...line, event: 'sign_in.refused', reason })]);
      return refused({ code: 'forbidden' });
    }
    if (hasher.needsRehash(hash))
      await accounts.replacePasswordHash(account.id, hash, await hasher.hash(password));
    const begun: SignInTransaction = {
      ...EMPTY_TRANSACTION,
      uid,
      version: submission.before?.version ?? 0,
      accountId: account.id,
      authentications: [{ method: 'pwd', enrolmentId: null, atMs: clock.now() }],
      keepsAuthTime: null,
      expiresAt: submission.expiresAt,
    };
    const [kept, snapshot] = await Promise.all([
      transactions.save(begun),
      loadSnapshot(account.id, account),
      forgotten(),
    ]);
    if (!kept) {
      const concurrent = resolveConcurrentSave(begun, await transactions.find(uid, clock.now()), () => true);
      return concurrent.ok ? accepted({ transaction: concurrent.value, snapshot }) : concurrent;
    }
    await auditLog({ ...line, event: 'sign_in.password_accepted' });
    return accepted({ transaction: kept, snapshot });
  }

  /** The last try of the window locks the account's password, for longer each time. */
  async function countFailure(subject: string, isLast: boolean, level: number): Promise<void> {
    await lockouts.addFailure(subject, BUCKET, clock.now());
    if (!isLast) return;
    const lock = nextLock(level, clock.now());
    await lockouts.lock(subject, lock.lockedUntil, lock.level);
  }

  return { submitPassword };
}

export type SignIn = ReturnType<typeof createSignIn>;
