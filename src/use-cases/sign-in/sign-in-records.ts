/** Records of finished sign-ins: the policy evaluates sessions and tokens by them. */
import type { AuthenticationEvent } from '../../domain/policy/assurance.ts';
import type { SignInRecord } from '../../domain/sign-in/sign-in-record.ts';
import type { SignInRecordStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';
import type { EndSessions } from './end-sessions.ts';

interface SignInRecordsDeps {
  readonly records: Pick<SignInRecordStore, 'find' | 'save' | 'noteUse'>;
  readonly clock: Clock;
  /** How long after a sign-in something issued from it can still live. */
  readonly issuedLifetimeMs: number;
}

type FinishedSignIn = Omit<SignInRecord, 'lastUsedAt' | 'offlineClients' | 'expiresAt'>;

/** Milliseconds: a use is noted when it is so much later than the noted one. */
const NOTED_EVERY_MS = 10 * 60 * 1000;

/** Characters of a `User-Agent` header: a longer one tells a person nothing more. */
const LONGEST_BROWSER = 200;

export function createSignInRecords({ records, clock, issuedLifetimeMs }: SignInRecordsDeps) {
  /** The record of a session. Null when there is none, or it has expired. */
  function find(sessionUid: string): Promise<SignInRecord | null> {
    return records.find(sessionUid, clock.now());
  }

  /** Stores a finished sign-in. The record lives as long as anything issued from it can. */
  async function save({ browser, ...finished }: FinishedSignIn): Promise<void> {
    const now = clock.now();
    await records.save({
      ...finished,
      browser: browser.slice(0, LONGEST_BROWSER),
      lastUsedAt: now,
      offlineClients: [],
      expiresAt: now + issuedLifetimeMs,
    });
  }

  /** Notes that a session or one of its tokens is used. Writes once in a while alone. */
  async function noteUse({ sessionUid, lastUsedAt }: SignInRecord): Promise<void> {
    const now = clock.now();
    if (now - lastUsedAt >= NOTED_EVERY_MS) await records.noteUse(sessionUid, now);
  }

  return { find, save, noteUse };
}

export type SignInRecords = ReturnType<typeof createSignInRecords>;

interface RestatementDeps {
  readonly records: Pick<SignInRecordStore, 'replaceAuthentications'>;
  readonly endSessions: Pick<EndSessions, 'withLostFactor'>;
}

/**
 * Replaces the authentication events of a session's record, and ends the other sessions that have lost a factor. A session
 * that has ended meanwhile gets no record again.
 */
export type RestateRecord = (
  record: SignInRecord,
  authentications: readonly AuthenticationEvent[],
) => Promise<void>;

export function createRestatement({ records, endSessions }: RestatementDeps): RestateRecord {
  return async (record, authentications) => {
    await records.replaceAuthentications(record.sessionUid, authentications);
    await endSessions.withLostFactor(record.accountId, record.sessionUid);
  };
}
