/** Sends a code. Limits come first, the code is bound to its purpose, and only the newest code is accepted. */
import type { Account } from '../../domain/account.ts';
import { isServed } from '../../domain/contact.ts';
import type { Methods } from '../../domain/methods/index.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import { accepted, type Outcome, type Refusal, refused } from '../../domain/refusal.ts';
import {
  type Challenge,
  challengeFor,
  challengeText,
  newSentCode,
  type Sending,
  withChallenge,
} from '../../domain/sign-in/challenge.ts';
import { resolveConcurrentSave, type SignInTransaction } from '../../domain/sign-in/transaction.ts';
import type { EventLog } from '../../ports/events.ts';
import type { Messenger } from '../../ports/senders.ts';
import type { TransactionStore } from '../../ports/stores.ts';
import type { Cipher, Clock, Random } from '../../ports/system.ts';
import type { CountSend } from './send-limits.ts';

interface SentCodesDeps {
  readonly methods: Pick<Methods, 'sent'>;
  readonly transactions: Pick<TransactionStore, 'save' | 'find'>;
  readonly countSend: CountSend;
  readonly messenger: Messenger;
  /** Beginnings of the numbers that are sent to; null: any number. */
  readonly smsLimits: { readonly allowedPrefixes: readonly string[] | null };
  /** The page that confirms the account's address without the code; null: there is none. */
  readonly confirmUrl: (account: Account) => string | null;
  readonly cipher: Pick<Cipher, 'digest'>;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Sends a new code in place of an older one. The transaction that it returns holds the new challenge and the changes of
 * `alongside`. When the code cannot be handed over, the transaction stays as it was.
 */
export type SendCode = (
  transaction: SignInTransaction,
  policyResult: PolicyResult,
  what: Sending,
  alongside?: Pick<SignInTransaction, 'pendingEnrolment'>,
) => Promise<Outcome<SignInTransaction>>;

/** Milliseconds. A second click of the same button comes within this time. */
const TWICE_MS = 2000;

export function createSentCodes(needs: SentCodesDeps): SendCode {
  const { methods, transactions, countSend, messenger, smsLimits, cipher, events, clock, random } = needs;

  return async (transaction, policyResult, what, alongside) => {
    const method = methods.sent(what.method);
    if (!method) return refused({ code: 'method_not_allowed' });
    const { account, tenant, lockout } = policyResult;
    const line = {
      accountId: account.id,
      tenantId: tenant.id,
      clientId: what.clientId,
      ip: what.ip,
      method: what.method,
    };
    const no = async (refusal: Refusal) => {
      await events.append({ ...line, name: 'code.refused', reason: refusal.code });
      return refused(refusal);
    };

    const now = clock.now();
    const before = challengeFor(transaction.challenges, what.method, what.purpose);
    if (before && what.seen !== null && before.id !== what.seen && now - before.sentAt < TWICE_MS) {
      return accepted(transaction);
    }
    // A locked account gets no code: none would be accepted.
    if (lockout.lockedUntil > now) return no({ code: 'too_many_attempts', retryAt: lockout.lockedUntil });
    if (method.sends === 'number' && !isServed(what.destination, smsLimits.allowedPrefixes))
      return no({ code: 'phone_invalid' });
    const counted = await countSend(policyResult, what);
    if (!counted.ok) return no(counted.refusal);

    const code = newSentCode((count) => random.bytes(count));
    const binding = { ...what, tenantId: tenant.id, accountId: account.id, uid: transaction.uid };
    const challenge: Challenge = {
      id: random.id(),
      method: what.method,
      purpose: what.purpose,
      digest: cipher.digest(challengeText(binding, code), 'sent-code'),
      sentAt: now,
      expiresAt: now + method.lifetimeMs,
    };
    const next = {
      ...transaction,
      ...alongside,
      challenges: withChallenge(transaction.challenges, challenge),
    };
    // Saved before it is sent: of two clicks at once one sends.
    const kept = await transactions.save(next);
    if (!kept) {
      await counted.value.takeBack();
      return concurrentSaveOf(transaction, what);
    }
    const to = { channel: method.channel, to: what.destination, tenantId: tenant.id, locale: what.locale };
    const isUnconfirmed = method.sends === 'address' && !account.emailConfirmed;
    const handedOver = await messenger.send(to, {
      kind: 'code',
      purpose: what.purpose,
      code,
      expiresAt: challenge.expiresAt,
      sendingId: challenge.id,
      confirmUrl: isUnconfirmed ? needs.confirmUrl(account) : null,
    });
    if (!handedOver) {
      // The code before is still the newest that anybody has.
      await transactions.save({ ...transaction, version: kept.version });
      await events.append({ ...line, name: 'code.undelivered', reason: 'delivery_failed' });
      return refused({ code: 'delivery_failed' });
    }
    await events.append({ ...line, name: 'code.sent' });
    return accepted(kept);
  };

  /** After a concurrent save. A second click of the same button may have sent a code already. */
  async function concurrentSaveOf(
    transaction: SignInTransaction,
    { method, purpose }: Sending,
  ): Promise<Outcome<SignInTransaction>> {
    const before = challengeFor(transaction.challenges, method, purpose);
    return resolveConcurrentSave(
      transaction,
      await transactions.find(transaction.uid, clock.now()),
      ({ challenges }) => {
        const newest = challengeFor(challenges, method, purpose);
        return newest !== null && newest.id !== before?.id;
      },
    );
  }
}
