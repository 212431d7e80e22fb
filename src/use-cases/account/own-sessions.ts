/** The sessions of an account, as its owner sees and ends them. */
import type { Account } from '../../domain/account.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import { type Origin, originOf, type PlaceOf } from '../../domain/self-service/origin.ts';
import { isEnded, type SignInRecord } from '../../domain/sign-in/sign-in-record.ts';
import type { EventLog } from '../../ports/events.ts';
import type { SignInRecordStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';
import type { EndSessions } from '../sign-in/end-sessions.ts';

/** The clients of a live session of the provider. Null when there is none: it was left, or it has expired. */
export type FindSessionClients = (sessionUid: string) => Promise<readonly string[] | null>;

interface OwnSessionsDeps {
  readonly records: Pick<SignInRecordStore, 'listByAccount'>;
  readonly findSessionClients: FindSessionClients;
  readonly endSessions: Pick<EndSessions, 'one' | 'others'>;
  readonly clientName: (clientId: string) => string;
  readonly isOwnClient: (clientId: string) => boolean;
  readonly placeOf: PlaceOf;
  readonly events: EventLog;
  readonly clock: Clock;
}

export interface OwnSession {
  readonly uid: string;
  readonly origin: Origin;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly lastUsedAt: number;
  /** The names of the applications, in alphabetical order. */
  readonly applications: readonly string[];
  /** Whether the browser is signed in. Otherwise applications alone have tokens that outlive the session. */
  readonly isLive: boolean;
}

export function createOwnSessions(deps: OwnSessionsDeps) {
  const { records, findSessionClients, endSessions, clientName, isOwnClient, placeOf, events, clock } = deps;

  /** Newest first. A session that was left counts while applications have tokens that outlive it. */
  async function list({
    account,
    enrolments,
  }: Pick<PolicyResult, 'account' | 'enrolments'>): Promise<readonly OwnSession[]> {
    const all = await records.listByAccount(account.id, clock.now());
    const alive = all.filter(({ authentications }) => !isEnded(authentications, { account, enrolments }));
    const found = await Promise.all(alive.map(sessionOf));
    return found.filter((session) => session !== null);
  }

  async function sessionOf(record: SignInRecord): Promise<OwnSession | null> {
    const { sessionUid: uid, ip, browser, atMs: since, lastUsedAt, offlineClients } = record;
    const clients = await findSessionClients(uid);
    if (clients === null && offlineClients.length === 0) return null;
    const known = new Set([...(clients ?? []), ...offlineClients]);
    const applications = [...known].filter((id) => !isOwnClient(id)).map(clientName);
    return {
      uid,
      origin: originOf(ip, browser, placeOf),
      since,
      lastUsedAt,
      applications: [...new Set(applications)].sort((a, b) => a.localeCompare(b)),
      isLive: clients !== null,
    };
  }

  /** Ends one session of the account. False when it has no such session. */
  async function end(account: Account, sessionUid: string, ip: string): Promise<boolean> {
    if (!(await endSessions.one(account.id, sessionUid))) return false;
    await events.append({ ...lineOf(account, ip), name: 'session.ended' });
    return true;
  }

  /** Ends all sessions of the account but this one. */
  async function endOthers(account: Account, keeps: string, ip: string): Promise<void> {
    const count = await endSessions.others(account.id, keeps);
    if (count > 0) await events.append({ ...lineOf(account, ip), name: 'session.ended', reason: 'others' });
  }

  return { list, end, endOthers };
}

export type OwnSessions = ReturnType<typeof createOwnSessions>;

function lineOf({ id, tenantId }: Account, ip: string) {
  return { accountId: id, tenantId, ip };
}
