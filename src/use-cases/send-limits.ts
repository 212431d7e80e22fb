/** How much may be sent: to an account, to a destination, and by SMS as a whole, so that nobody earns by making us send. */
import { numberBlock } from '../domain/contact.ts';
import { accepted, refused } from '../domain/refusal.ts';
import type { CountSend } from '../domain/sending.ts';
import type { AttemptLimit, AttemptStore } from '../ports/stores.ts';
import type { Clock, Random, SecretBox } from '../ports/system.ts';

/** What may go out by SMS (SMS pumping). */
export interface SmsLimits {
  /** Beginnings of numbers in E.164; null: any number. */
  readonly allowedPrefixes: readonly string[] | null;
  /** To numbers that nobody has proven yet, of one block of a thousand, within an hour. */
  readonly perBlockHour: number;
  readonly perTenantDay: number;
  readonly perDay: number;
}

interface Needs {
  readonly attempts: AttemptStore;
  readonly smsLimits: SmsLimits;
  readonly box: Pick<SecretBox, 'digest'>;
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

export function createSendLimits({ attempts, smsLimits, box, clock, random }: Needs): CountSend {
  return async (judgement, what) => {
    const id = random.id();
    const at = clock.now();
    const taken: Limited[] = [];
    async function takeBack(): Promise<void> {
      await Promise.all(
        taken.map(({ owner, limits }) => {
          const counters = limits.map(({ counter }) => counter);
          return attempts.forget(owner, counters, id);
        }),
      );
    }
    for (const each of limitsOf(judgement, what)) {
      const verdict = await attempts.take({ ...each, id, bucket: id, at });
      if (verdict.ok) {
        taken.push(each);
        continue;
      }
      await takeBack();
      return refused({ code: 'resend_too_soon', retryAt: verdict.retryAt });
    }
    return accepted({ takeBack });
  };

  function limitsOf(
    ...[{ account, tenant }, { method, purpose, destination }]: Parameters<CountSend>
  ): Limited[] {
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
