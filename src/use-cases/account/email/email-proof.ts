/** The code to the present address that an account without a second factor answers before its address changes. */
import type { Locale } from '../../../domain/account.ts';
import type { Visitor } from '../../../domain/enrolment/steps.ts';
import type { Methods } from '../../../domain/methods/index.ts';
import type { PolicyResult } from '../../../domain/policy/policy.ts';
import { accepted, type Outcome, refused } from '../../../domain/refusal.ts';
import { challengeFor, checkSentCode, withoutChallenge } from '../../../domain/sign-in/challenge.ts';
import type { SignInRecord } from '../../../domain/sign-in/sign-in-record.ts';
import { EMPTY_TRANSACTION, type SignInTransaction } from '../../../domain/sign-in/transaction.ts';
import type { EventLog } from '../../../ports/events.ts';
import type { AccountStore, TransactionStore } from '../../../ports/stores.ts';
import type { Cipher, Clock } from '../../../ports/system.ts';
import type { AttemptLimiter } from '../../second-factor/attempt-limiter.ts';
import type { CountedSend } from '../../second-factor/send-limits.ts';
import type { SendCode } from '../../second-factor/sent-codes.ts';
import { confirmAddress } from '../confirm-address.ts';
import type { CountMail } from './new-address-link.ts';

interface EmailProofDeps {
  readonly methods: Pick<Methods, 'toAddress'>;
  readonly accounts: Pick<AccountStore, 'confirmEmail'>;
  readonly transactions: Pick<TransactionStore, 'find' | 'save'>;
  readonly sendCode: SendCode;
  readonly countMail: CountMail;
  readonly attemptLimiter: AttemptLimiter;
  readonly cipher: Pick<Cipher, 'digest'>;
  readonly events: EventLog;
  readonly clock: Clock;
}

/** The visit to a page of the account, and the new address that it is about. */
export interface ProofVisit {
  readonly record: SignInRecord;
  readonly policyResult: PolicyResult;
  readonly email: string;
}

/** The code that was sent. */
export interface SentProof {
  readonly id: string | null;
  /** Masked. */
  readonly destination: string;
  /** Milliseconds since the epoch. Null when no valid code is on its way. */
  readonly expiresAt: number | null;
}

const PURPOSE = 'change-email';

/** Milliseconds: as long as an enrolment. */
const KEPT_MS = 15 * 60 * 1000;

export function createEmailProof(deps: EmailProofDeps) {
  const { methods, accounts, transactions, sendCode, countMail, attemptLimiter, cipher, events, clock } =
    deps;

  /** One for each new address, so that the code of one change proves no other one. */
  async function transactionOf({ record, email }: ProofVisit): Promise<SignInTransaction> {
    const { sessionUid, accountId, authentications, atMs } = record;
    const uid = `email-change:${sessionUid}:${cipher.digest(email, 'destination')}`;
    const found = await transactions.find(uid, clock.now());
    const expiresAt = clock.now() + KEPT_MS;
    return (
      found ?? {
        ...EMPTY_TRANSACTION,
        uid,
        version: 0,
        accountId,
        authentications,
        keepsAuthTime: atMs,
        expiresAt,
      }
    );
  }

  async function send(
    visit: ProofVisit,
    from: Visitor & { readonly seen: string | null; readonly locale: Locale },
  ): Promise<Outcome<null>> {
    const method = methods.toAddress;
    if (!method) return refused({ code: 'method_not_allowed' });
    const { policyResult } = visit;
    const destination = policyResult.account.email;
    const what = { method: method.name, purpose: PURPOSE, destination, ...from } as const;
    const sent = await sendCode(await transactionOf(visit), policyResult, what);
    return sent.ok ? accepted(null) : sent;
  }

  async function sentTo(visit: ProofVisit): Promise<SentProof> {
    const method = methods.toAddress;
    const { challenges } = await transactionOf(visit);
    const sent = method ? challengeFor(challenges, method.name, PURPOSE) : null;
    return {
      id: sent?.id ?? null,
      destination: method?.masked(visit.policyResult.account.email) ?? '',
      expiresAt: sent && sent.expiresAt > clock.now() ? sent.expiresAt : null,
    };
  }

  /**
   * Checks the code. It is counted as at a sign-in, and a right one confirms the present address. Counts the mail that
   * follows before the code is used up: the code still counts when no mail may be sent yet.
   */
  async function answer(visit: ProofVisit, typed: string, from: Visitor): Promise<Outcome<CountedSend>> {
    const method = methods.toAddress;
    if (!method) return refused({ code: 'method_not_allowed' });
    const { account, tenant, lockout } = visit.policyResult;
    const transaction = await transactionOf(visit);
    const { uid } = transaction;
    const line = { ...from, accountId: account.id, tenantId: tenant.id, method: method.name };
    const sent = challengeFor(transaction.challenges, method.name, PURPOSE);
    if (!sent) return attemptLimiter.refuse(line, { code: 'code_expired' });
    const request = { ...line, lockout, visit: uid };
    const code = method.read(typed);
    if (code === null) return attemptLimiter.refuseText(request);
    const attempt = await attemptLimiter.count(request);
    if (!attempt.ok) return attempt;
    const of = { purpose: PURPOSE, method: method.name, tenantId: tenant.id, accountId: account.id } as const;
    const binding = { ...of, uid, destination: account.email };
    const digest = (text: string) => cipher.digest(text, 'sent-code');
    const verdict = checkSentCode(sent, binding, code, { digest, now: clock.now() });
    if (verdict === 'expired') return attemptLimiter.fail(attempt.value, { code: 'code_expired' });
    if (verdict !== 'right') {
      const { left: attemptsLeft } = attempt.value;
      return attemptLimiter.fail(attempt.value, {
        code: 'code_invalid',
        attemptsLeft,
        clockOffSeconds: null,
      });
    }
    const counted = await countMail(visit.policyResult, visit.email);
    if (!counted.ok) {
      await attemptLimiter.succeed(attempt.value);
      return attemptLimiter.refuse(line, counted.refusal);
    }
    const challenges = withoutChallenge(transaction.challenges, method.name, PURPOSE);
    // One of two answers with the same code goes on.
    if (!(await transactions.save({ ...transaction, challenges }))) {
      await counted.value.takeBack();
      return attemptLimiter.refuse(line, { code: 'code_expired' });
    }
    await attemptLimiter.succeed(attempt.value);
    await confirmAddress({ accounts, events, clock }, account, line);
    return counted;
  }

  return { send, sentTo, answer };
}

export type EmailProof = ReturnType<typeof createEmailProof>;
