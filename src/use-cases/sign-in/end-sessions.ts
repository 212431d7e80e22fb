/**
 * Ends sessions of an account, and tells their applications. Every change that ends sessions does it through here. The
 * notices are queued first and the sign-in records go last, so that a repeated call completes what a failure interrupted.
 */
import { endingAt, keptThrough } from '../../domain/sign-in/ending.ts';
import { hasLostFactor, type SessionClient, type SignInRecord } from '../../domain/sign-in/sign-in-record.ts';
import type { Log } from '../../ports/log.ts';
import type { LogoutOutbox } from '../../ports/logout.ts';
import type {
  AccountStore,
  EnrolmentStore,
  SessionClientStore,
  SignInRecordStore,
} from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';

interface EndSessionsDeps {
  readonly accounts: Pick<AccountStore, 'raiseEndsBefore'>;
  readonly records: Pick<SignInRecordStore, 'listByAccount' | 'replaceAuthentications' | 'remove'>;
  readonly sessionClients: Pick<SessionClientStore, 'listByAccount' | 'remove'>;
  readonly enrolments: Pick<EnrolmentStore, 'listByAccount'>;
  readonly outbox: LogoutOutbox;
  /** Ends the session of the provider. */
  readonly endProviderSession: (sessionUid: string) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/** The `endsBefore` of an account: what an ending has replaced, and by what. */
export interface RaisedEnding {
  readonly before: number | null;
  readonly at: number;
}

export interface EndSessions {
  /**
   * Everything of the account that was begun or issued before now, by its `endsBefore`: sessions, tokens, sign-ins under
   * way, trust, links. `keeps`: the uid of a session that goes on with its tokens, or null.
   */
  all(accountId: string, keeps: string | null): Promise<RaisedEnding>;
  /** One session, with its refresh tokens. False when the account has no such session. */
  one(accountId: string, sessionUid: string): Promise<boolean>;
  /** Every session but this one, with their refresh tokens. Gives how many there were. */
  others(accountId: string, keeps: string): Promise<number>;
  /** The sessions that were signed in to with a factor which the account has no more. */
  withLostFactor(accountId: string, keeps: string | null): Promise<void>;
}

export function createEndSessions(deps: EndSessionsDeps): EndSessions {
  const { accounts, records, sessionClients, enrolments, outbox, endProviderSession, clock, log } = deps;

  async function end(ending: readonly SignInRecord[], clients: readonly SessionClient[]): Promise<void> {
    await Promise.all(clients.map((client) => outbox.add(client)));
    const uids = new Set([...ending, ...clients].map(({ sessionUid }) => sessionUid));
    await Promise.all([...uids].map(endAtProvider));
    await Promise.all([
      ...clients.map(({ noticeId }) => sessionClients.remove(noticeId)),
      ...ending.map(({ sessionUid }) => records.remove(sessionUid)),
    ]);
  }

  /** The short-lived store may be away. A session without its sign-in record signs nobody in. */
  async function endAtProvider(sessionUid: string): Promise<void> {
    try {
      await endProviderSession(sessionUid);
    } catch (error) {
      log({ event: 'session.end_failed', error });
    }
  }

  /** False when there is no such session, or when it had ended already. */
  async function keep(record: SignInRecord | undefined, raised: RaisedEnding): Promise<boolean> {
    const authentications = record && keptThrough(record.authentications, raised);
    if (!authentications) return false;
    // Another ending may have removed the record meanwhile: it is not stored again.
    await records.replaceAuthentications(record.sessionUid, authentications);
    return true;
  }

  /** Ends the sessions that are chosen among those of the account. Gives how many there were. */
  async function endChosen(
    accountId: string,
    isChosen: (session: { readonly sessionUid: string }) => boolean,
  ): Promise<number> {
    const now = clock.now();
    const [live, clients] = await Promise.all([
      records.listByAccount(accountId, now),
      sessionClients.listByAccount(accountId, now),
    ]);
    const ending = live.filter(isChosen);
    await end(ending, clients.filter(isChosen));
    return ending.length;
  }

  return {
    async one(accountId, sessionUid) {
      return (await endChosen(accountId, (session) => session.sessionUid === sessionUid)) > 0;
    },

    others: (accountId, keeps) => endChosen(accountId, ({ sessionUid }) => sessionUid !== keeps),

    async all(accountId, keeps) {
      const now = clock.now();
      // First, so that a failure in a later step leaves nothing that can still be used.
      const at = endingAt(now);
      const before = await accounts.raiseEndsBefore(accountId, at);
      const [live, clients] = await Promise.all([
        records.listByAccount(accountId, now),
        sessionClients.listByAccount(accountId, now),
      ]);
      const kept = live.find(({ sessionUid }) => sessionUid === keeps);
      const goesOn = await keep(kept, { before, at });
      const isEnding = ({ sessionUid }: { readonly sessionUid: string }) => !goesOn || sessionUid !== keeps;
      await end(live.filter(isEnding), clients.filter(isEnding));
      return { before, at };
    },

    async withLostFactor(accountId, keeps) {
      const now = clock.now();
      const [live, clients, existing] = await Promise.all([
        records.listByAccount(accountId, now),
        sessionClients.listByAccount(accountId, now),
        enrolments.listByAccount(accountId),
      ]);
      const ending = live.filter(
        ({ sessionUid, authentications }) => sessionUid !== keeps && hasLostFactor(authentications, existing),
      );
      const uids = new Set(ending.map(({ sessionUid }) => sessionUid));
      await end(
        ending,
        clients.filter(({ sessionUid }) => uids.has(sessionUid)),
      );
    },
  };
}
