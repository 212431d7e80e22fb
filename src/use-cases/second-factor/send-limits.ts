/** Limits what is sent to an account, to a destination, and by SMS as a whole (SMS pumping). */
import type { Account } from '../../domain/account.ts';
import { numberBlock } from '../../domain/contact.ts';

import type { Methods } from '../../domain/methods/index.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import { accepted, type Outcome, refused } from '../../domain/refusal.ts';
import type { Sending } from '../../domain/sign-in/challenge.ts';
import type { AttemptLimit, AttemptStore } from '../../ports/stores.ts';
import type { Cipher, Clock, Random } from '../../ports/system.ts';

/** The limits on messages by SMS (SMS pumping). */
export interface SmsLimits {
  /** Beginnings of numbers in E.164; null: any number. */
  readonly allowedPrefixes: readonly string[] | null;
  /** To numbers that nobody has proven yet, of one block of a thousand, within an hour. */
  readonly perBlockHour: number;
  readonly perTenantDay: number;
  readonly perDay: number;
}

/** A message that was counted. */
export interface CountedSend {
  /** For a message that was not sent after all. */
  takeBack(): Promise<void>;
}

/** Counts a message before it is sent, against every limit or against none. Refuses it when a limit is reached. */
export type CountSend = (
  policyResult: Pick<PolicyResult, 'account' | 'tenant'>,
  what: Pick<Sending, 'method' | 'purpose' | 'destination'>,
  /** The same for a message that is counted again. Default: it is a message of its own. */
  onceId?: string,
) => Promise<Outcome<CountedSend>>;

interface SendLimitsDeps {
  readonly methods: Pick<Methods, 'sent'>;
  readonly attempts: AttemptStore;
  readonly smsLimits: SmsLimits;
  readonly cipher: Pick<Cipher, 'digest'>;
  readonly clock: Clock;
  readonly random: Random;
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

/**
 * Text messages with codes to one account within a day. No few accounts use up what the tenant may send. A number that
 * nobody has proven may be anybody's.
 */
const MOST_TEXTS = { 'sign-in': 50, 'set-up': 10 } as const;

/** Text messages to one account within a day about what was done to it. Mails are not limited by it. */
const MOST_NOTICES = 10;

/**
 * Each use of messages has counters of its own. So a set-up with a colleague's number uses up none of the codes that the
 * colleague or the tenant needs to sign in.
 */
type Use = 'sign-in' | 'set-up' | 'notice';

/** The beginning of the names of the counters. Sign-ins keep the names of before. */
const OWNER_PREFIX: Readonly<Record<Use, string>> = { 'sign-in': '', 'set-up': 'set-up-', notice: 'notice-' };

export type CountingNeeds = Pick<SendLimitsDeps, 'attempts' | 'clock' | 'random'>;

/** Counts one sending everywhere, or nowhere. */
export function createCounting({ attempts, clock, random }: CountingNeeds) {
  return async (everywhere: readonly Limited[], id = random.id()): Promise<Outcome<CountedSend>> => {
    const atMs = clock.now();
    const taken: Limited[] = [];
    async function takeBack(): Promise<void> {
      await Promise.all(
        taken.map(({ owner, limits }) => {
          const counters = limits.map(({ counter }) => counter);
          return attempts.forget(owner, counters, id);
        }),
      );
    }
    for (const each of everywhere) {
      const verdict = await attempts.take({ ...each, id, bucket: id, atMs });
      if (verdict.ok) {
        taken.push(each);
        continue;
      }
      await takeBack();
      return refused({ code: 'resend_too_soon', retryAt: verdict.retryAt });
    }
    return accepted({ takeBack });
  };
}

/** For codes. */
export function createSendLimits(needs: SendLimitsDeps): CountSend {
  const { methods, smsLimits, cipher } = needs;
  const count = createCounting(needs);

  return async ({ account, tenant }, { method, purpose, destination }, onceId) => {
    const digest = (text: string) => cipher.digest(text, 'destination');
    const use = purpose === 'sign-in' ? 'sign-in' : 'set-up';
    const prefix = OWNER_PREFIX[use];
    const isText = methods.sent(method)?.sends === 'number';
    const own = limit(`${prefix}sends:${account.id}`, MOST_SENDS, SENDS_WINDOW_MS);
    const daily = { counter: 'texts', limit: MOST_TEXTS[use], windowMs: DAY };
    const everywhere = [
      isText ? { ...own, limits: [...own.limits, daily] } : own,
      limit(`${prefix}sends-to:${digest(destination)}`, MOST_SENDS, SENDS_WINDOW_MS),
    ];
    if (!isText) return count(everywhere, onceId);
    const block = limit(`sms-block:${digest(numberBlock(destination))}`, smsLimits.perBlockHour, HOUR);
    // Only numbers that nobody has proven can be tried one after the other.
    const walked = purpose === 'set-up' ? [block] : [];
    return count([...everywhere, ...walked, ...paidFor(smsLimits, tenant.id, use)], onceId);
  };
}

/** For notices that go out as text messages, which are paid for like codes; false: no more of them for now. */
export function createTextLimits(needs: CountingNeeds & Pick<SendLimitsDeps, 'smsLimits'>) {
  const count = createCounting(needs);

  return async ({ id, tenantId }: Pick<Account, 'id' | 'tenantId'>): Promise<boolean> => {
    const own = limit(`notices:${id}`, MOST_NOTICES, DAY);
    return (await count([own, ...paidFor(needs.smsLimits, tenantId, 'notice')])).ok;
  };
}

function paidFor({ perTenantDay, perDay }: SmsLimits, tenantId: string, use: Use): readonly Limited[] {
  const prefix = OWNER_PREFIX[use];
  return [
    limit(`${prefix}sms-tenant:${tenantId}`, perTenantDay, DAY),
    limit(`${prefix}sms-day`, perDay, DAY),
  ];
}

export function limit(owner: string, most: number, windowMs: number): Limited {
  return { owner, limits: [{ counter: 'sends', limit: most, windowMs }] };
}
