/** The first factor: an e-mail address and its password. An accepted password begins the sign-in transaction. */
import { isEmail, LONGEST_EMAIL, normaliseEmail, normalisePassword } from '../../domain/account.ts';
import { accepted, type Outcome, refused } from '../../domain/refusal.ts';
import { beginningAt } from '../../domain/sign-in/ending.ts';
import {
  EMPTY_TRANSACTION,
  resolveConcurrentSave,
  type SignInTransaction,
} from '../../domain/sign-in/transaction.ts';
import type { EventLog } from '../../ports/events.ts';
import type { AccountStore, TransactionStore } from '../../ports/stores.ts';
import { Busy, type Clock, type PasswordHasher } from '../../ports/system.ts';
import { createPendingEvents } from '../events/pending-events.ts';
import type { LoadSnapshot } from '../second-factor/evaluate-policy.ts';
import type { PasswordAttempts, PasswordPlace } from './password-attempts.ts';
import {
  type AcceptedFirstFactor,
  refusalOf,
  unwantedBecause,
  type WantedAccount,
} from './wanted-account.ts';

interface SignInDeps {
  readonly accounts: Pick<AccountStore, 'findById' | 'findByEmail' | 'replacePasswordHash'>;
  readonly passwordAttempts: Pick<PasswordAttempts, 'lockoutOf' | 'compare'>;
  readonly transactions: Pick<TransactionStore, 'save' | 'find'>;
  readonly loadSnapshot: LoadSnapshot;
  readonly hasher: Pick<PasswordHasher, 'hash' | 'needsRehash'>;
  readonly events: EventLog;
  readonly clock: Clock;
}

export interface PasswordSubmission extends WantedAccount, PasswordPlace {
  /** The uid of the transaction. */
  readonly uid: string;
  /** The transaction so far, which is replaced. */
  readonly before: SignInTransaction | null;
  readonly email: string;
  readonly password: string;
  readonly clientId: string;
  readonly expiresAt: number;
}

export function createSignIn({
  accounts,
  passwordAttempts,
  transactions,
  loadSnapshot,
  hasher,
  events,
  clock,
}: SignInDeps) {
  async function submitPassword(submission: PasswordSubmission): Promise<Outcome<AcceptedFirstFactor>> {
    const { uid, knownBrowser, clientId, ip } = submission;
    // Before the account is read: an ending that comes while the password is compared ends this sign-in too.
    const begunAt = clock.now();
    const email = normaliseEmail(submission.email).slice(0, LONGEST_EMAIL + 1);
    // No attempt: it tells what was typed, and nothing about an account.
    if (email.length <= LONGEST_EMAIL && !isEmail(email))
      return refused({ code: 'field_invalid', because: 'email_incomplete' });
    if (submission.password === '') return refused({ code: 'field_invalid', because: 'password_missing' });
    const [lockout, account] = await Promise.all([
      passwordAttempts.lockoutOf(email),
      accounts.findByEmail(email),
    ]);
    const line = { accountId: account?.id ?? null, tenantId: account?.tenantId ?? null, clientId, ip };

    const password = normalisePassword(submission.password);
    const hash = email.length <= LONGEST_EMAIL ? (account?.passwordHash ?? null) : null;
    const typed = { email, accountId: line.accountId, password, hash, lockout, ip, knownBrowser };
    const compared = await passwordAttempts.compare(typed);
    if (compared.kind === 'waits') {
      await events.append({ ...line, name: 'sign_in.password_refused', reason: 'too_many_attempts' });
      return refused({ code: 'too_many_attempts', retryAt: compared.retryAt });
    }
    if (compared.kind === 'wrong' || !account || !hash) {
      await events.append({ ...line, name: 'sign_in.password_refused', reason: 'credentials_invalid' });
      return refused({ code: 'credentials_invalid' });
    }
    const reason = unwantedBecause(account, submission);
    if (reason) {
      await Promise.all([compared.forget(), events.append({ ...line, name: 'sign_in.refused', reason })]);
      return refused(refusalOf(reason, account));
    }
    // Before the new hash, which waits in line: an office that signs in at once would count as guessing meanwhile.
    const forgetting = compared.forget();
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

  /** The e-mail address of a live session's account. Null when the request or its client does not take that account. */
  async function suggestedEmail(accountId: string, wanted: WantedAccount): Promise<string | null> {
    const account = await accounts.findById(accountId);
    return account && unwantedBecause(account, wanted) === null ? account.email : null;
  }

  return { submitPassword, suggestedEmail };
}

export type SignIn = ReturnType<typeof createSignIn>;
