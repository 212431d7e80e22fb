/** Sends a code: limited before anything goes out, bound to what it is for, and the newest one alone is good. */
import type { Account } from '../domain/account.ts';
import {
  type Challenge,
  challengeFor,
  challengeText,
  newSentCode,
  type Sending,
  withChallenge,
} from '../domain/challenge.ts';
import { numberBlock } from '../domain/contact.ts';
import type { Methods } from '../domain/methods/index.ts';
import type { Judgement } from '../domain/policy.ts';
import type { Progress } from '../domain/progress.ts';
import { accepted, type Outcome, type Refusal, refused } from '../domain/refusal.ts';
import type { SendCode } from '../domain/sending.ts';
import type { Messenger } from '../ports/senders.ts';
import type { AttemptLimit, AttemptStore, ProgressStore } from '../ports/stores.ts';
import type { Clock, Random, SecretBox, Trail } from '../ports/system.ts';

/** What may go out by SMS, so that nobody earns by making us send (SMS pumping). */
export interface SmsLimits {
  /** Beginnings of numbers in E.164; null: any number. */
  readonly allowedPrefixes: readonly string[] | null;
  /** To numbers that nobody has proven yet, of one block of a thousand, within an hour. */
  readonly perBlockHour: number;
  readonly perTenantDay: number;
  readonly perDay: number;
}

interface Needs {
  readonly methods: Pick<Methods, 'email' | 'sms'>;
  readonly progress: Pick<ProgressStore, 'save' | 'find'>;
  readonly attempts: AttemptStore;
  readonly messenger: Messenger;
  readonly smsLimits: SmsLimits;
  /** Where the account's address can be confirmed without the code; null: nowhere. */
  readonly confirmUrl: (account: Account) => string | null;
  readonly box: Pick<SecretBox, 'digest'>;
  readonly trail: Trail;
  readonly clock: Clock;
  readonly random: Random;
}

/** A sending that was counted. */
interface Counted {
  /** Nothing was sent after all. */
  takeBack(): Promise<void>;
}

interface Limited {
  readonly owner: string;
  readonly limits: readonly AttemptLimit[];
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Sends to one account, and to one destination, within the window. */
const MOST_SENDS = 5;
const SENDS_WINDOW_MS = 10 * MINUTE;
/** A second click of the same button comes within this. */
const TWICE_MS = 2000;

export function createSentCodes(needs: Needs): SendCode {
  const { methods, progress, attempts, messenger, smsLimits, box, trail, clock, random } = needs;

  return async (at, judgement, what, alongside) => {
    const method = methods[what.method];
    if (!method) return refused({ code: 'method_not_allowed' });
    const { account, tenant, lockout } = judgement;
    const line = {
      accountId: account.id,
      tenantId: tenant.id,
      clientId: what.clientId,
      address: what.address,
      method: what.method,
    };
    const no = async (refusal: Refusal) => {
      await trail({ ...line, event: 'code.refused', reason: refusal.code });
      return refused(refusal);
    };

    const now = clock.now();
    const before = challengeFor(at.challenges, what.method, what.purpose);
    if (before && what.seen !== null && before.id !== what.seen && now - before.sentAt < TWICE_MS) {
      return accepted(at);
    }
    // While it waits no code of the account is taken, whichever it is.
    if (lockout.lockedUntil > now) return no({ code: 'too_many_attempts', retryAt: lockout.lockedUntil });
    if (what.method === 'sms' && !mayBeSentTo(what.destination)) return no({ code: 'phone_invalid' });
    const counted = await count(limitsOf(judgement, what), now);
    if (!counted.ok) return no(counted.refusal);

    const code = newSentCode((count) => random.bytes(count));
    const binding = { ...what, tenantId: tenant.id, accountId: account.id, uid: at.uid };
    const challenge: Challenge = {
      id: random.id(),
      method: what.method,
      purpose: what.purpose,
      digest: box.digest(challengeText(binding, code), 'sent-code'),
      sentAt: now,
      expiresAt: now + method.lifetimeMs,
    };
    const next = { ...at, ...alongside, challenges: withChallenge(at.challenges, challenge) };
    // Saved before it is sent: of two clicks at once one sends.
    if (!(await progress.save(next))) {
      await counted.value.takeBack();
      return twinOf(at, what);
    }
    const to = { channel: what.method, to: what.destination, tenantId: tenant.id, locale: account.locale };
    const isUnconfirmed = what.method === 'email' && !account.emailConfirmed;
    const handedOver = await messenger.tell(to, {
      kind: 'code',
      purpose: what.purpose,
      code,
      expiresAt: challenge.expiresAt,
      confirmUrl: isUnconfirmed ? needs.confirmUrl(account) : null,
    });
    if (!handedOver) {
      // The code before is still the newest that anybody has.
      await progress.save({ ...at, version: next.version + 1 });
      await trail({ ...line, event: 'code.undelivered', reason: 'delivery_failed' });
      return refused({ code: 'delivery_failed' });
    }
    await trail({ ...line, event: 'code.sent' });
    return accepted({ ...next, version: next.version + 1 });
  };

  /** Somebody else saved first: it is enough if that was a second click of the same button, and has sent one. */
  async function twinOf(at: Progress, { method, purpose }: Sending): Promise<Outcome<Progress>> {
    const twin = await progress.find(at.uid, clock.now());
    if (twin?.accountId !== at.accountId) return refused({ code: 'session_expired' });
    const [before, newest] = [at, twin].map(({ challenges }) => challengeFor(challenges, method, purpose));
    const isSent = newest && newest.id !== before?.id;
    return isSent ? accepted(twin) : refused({ code: 'session_expired' });
  }

  function mayBeSentTo(number: string): boolean {
    const { allowedPrefixes } = smsLimits;
    return allowedPrefixes === null || allowedPrefixes.some((prefix) => number.startsWith(prefix));
  }

  /** Counts it everywhere or nowhere; refused when one of the limits is reached. */
  async function count(all: readonly Limited[], at: number): Promise<Outcome<Counted>> {
    const id = random.id();
    const taken: Limited[] = [];
    async function takeBack(): Promise<void> {
      await Promise.all(
        taken.map(({ owner, limits }) => {
          const counters = limits.map(({ counter }) => counter);
          return attempts.forget(owner, counters, id);
        }),
      );
    }
    for (const each of all) {
      const verdict = await attempts.take({ ...each, id, bucket: id, at });
      if (verdict.ok) {
        taken.push(each);
        continue;
      }
      await takeBack();
      return refused({ code: 'resend_too_soon', retryAt: verdict.retryAt });
    }
    return accepted({ takeBack });
  }

  function limitsOf({ account, tenant }: Judgement, { method, purpose, destination }: Sending): Limited[] {
    const limit = (owner: string, most: number, windowMs: number): Limited => {
      return { owner, limits: [{ counter: 'sends', limit: most, windowMs }] };
    };
    const digest = (text: string) => box.digest(text, 'destination');
    const everywhere = [
      limit(`sends:${account.id}`, MOST_SENDS, SENDS_WINDOW_MS),
      limit(`sends-to:${digest(destination)}`, MOST_SENDS, SENDS_WINDOW_MS),
    ];
    if (method !== 'sms') return everywhere;
    const block = limit(`sms-block:${digest(numberBlock(destination))}`, smsLimits.perBlockHour, HOUR);
    return [
      ...everywhere,
      // A number that was proven once has an owner of ours: only new ones can be walked through.
      ...(purpose === 'set-up' ? [block] : []),
      limit(`sms-tenant:${tenant.id}`, smsLimits.perTenantDay, DAY),
      limit('sms-day', smsLimits.perDay, DAY),
    ];
  }
}
