/** The sign-in of a device (RFC 8628): limits guessing of its code, and how often the device asks. Records its end. */
import { accepted, type Outcome, refused } from '../../domain/refusal.ts';
import {
  anonymousOwner,
  onceThrottled,
  USER_CODES_PER_ADDRESS,
  USER_CODES_PER_PERSON,
  WINDOW_MS,
} from '../../domain/sign-in/attempts.ts';
import type { EventLog } from '../../ports/events.ts';
import type { AttemptStore } from '../../ports/stores.ts';
import type { Cipher, Clock, Random } from '../../ports/system.ts';

interface DeviceCodesDeps {
  readonly attempts: AttemptStore;
  readonly events: EventLog;
  readonly cipher: Pick<Cipher, 'digest'>;
  readonly clock: Clock;
  readonly random: Pick<Random, 'id'>;
}

/** The place from which a code is typed. */
export interface CodeVisitor {
  readonly ip: string;
  /** The person who has signed in from this browser before, as a digest. Null: nobody has. */
  readonly knownPerson: string | null;
}

export interface CountedUserCode {
  /** For a code that was right. */
  forget(): Promise<void>;
}

/** The reason why a typed code is refused. */
export type CodeFault = 'code_invalid' | 'code_expired' | 'code_used';

interface DeviceEnd {
  readonly accountId: string | null;
  readonly tenantId: string | null;
  readonly clientId: string | null;
  readonly ip: string;
}

/** Seconds that a device waits between two requests (RFC 8628, 3.5). */
export const POLLING_SECONDS = 5;
/** Milliseconds. A second less, because requests travel at different speeds. */
const POLLING_MS = (POLLING_SECONDS - 1) * 1000;

const COUNTER = 'user-codes';

export function createDeviceCodes({ attempts, events, cipher, clock, random }: DeviceCodesDeps) {
  /** Counts a typed code before it is looked up. The person of a known browser has a counter. */
  async function count({ ip, knownPerson }: CodeVisitor): Promise<Outcome<CountedUserCode>> {
    const id = random.id();
    const owner = anonymousOwner(ip, knownPerson);
    const limit = knownPerson === null ? USER_CODES_PER_ADDRESS : USER_CODES_PER_PERSON;
    const limits = [{ counter: COUNTER, limit, windowMs: WINDOW_MS }];
    const verdict = await attempts.take({ owner, id, bucket: id, atMs: clock.now(), limits });
    if (verdict.ok) return accepted({ forget: () => attempts.forget(owner, [COUNTER], id) });
    const { retryAt } = verdict;
    const once = onceThrottled(cipher.digest(owner, 'user-code-attempts'), retryAt);
    await events.append({ name: 'device.code_refused', ip, reason: 'too_many_attempts', once });
    return refused({ code: 'too_many_attempts', retryAt });
  }

  async function refuse(reason: CodeFault, ip: string): Promise<void> {
    await events.append({ name: 'device.code_refused', ip, reason });
  }

  async function allow(end: DeviceEnd): Promise<void> {
    await events.append({ ...end, name: 'device.signed_in', reason: null });
  }

  async function cancel(end: DeviceEnd): Promise<void> {
    await events.append({ ...end, name: 'device.cancelled', reason: 'access_denied' });
  }

  /** Whether a device asks again before its interval is over. */
  async function asksTooSoon(deviceCode: string): Promise<boolean> {
    const id = random.id();
    const owner = `device:${cipher.digest(deviceCode, 'device-polling')}`;
    const limits = [{ counter: 'polls', limit: 1, windowMs: POLLING_MS }];
    return !(await attempts.take({ owner, id, bucket: id, atMs: clock.now(), limits })).ok;
  }

  return { count, refuse, allow, cancel, asksTooSoon };
}

export type DeviceCodes = ReturnType<typeof createDeviceCodes>;
