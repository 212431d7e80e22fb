/** The applications of each session that ask to hear of its end: noted with their tokens, and told at a sign-out. */
import type { SessionClient } from '../../domain/sign-in/sign-in-record.ts';
import type { LogoutOutbox } from '../../ports/logout.ts';
import type { SessionClientStore } from '../../ports/stores.ts';
import type { Clock, Random } from '../../ports/system.ts';

interface SessionClientsDeps {
  readonly sessionClients: Pick<SessionClientStore, 'insert' | 'listBySession' | 'remove'>;
  readonly outbox: LogoutOutbox;
  readonly random: Pick<Random, 'id'>;
  readonly clock: Clock;
  /** How long after a sign-in something issued from it can still live. */
  readonly issuedLifetimeMs: number;
}

type OfSession = Pick<SessionClient, 'sessionUid' | 'clientId' | 'accountId' | 'sid'>;

export function createSessionClients(deps: SessionClientsDeps) {
  const { sessionClients, outbox, random, clock, issuedLifetimeMs } = deps;

  /** Notes that an application gets tokens of a session. */
  function note({ sessionUid, clientId, accountId, sid }: OfSession): Promise<void> {
    const expiresAt = clock.now() + issuedLifetimeMs;
    return sessionClients.insert({ sessionUid, clientId, accountId, sid, noticeId: random.id(), expiresAt });
  }

  /** Tells an application that its person has signed out. The sign-in record stays, for its offline tokens. */
  async function signedOut(of: OfSession): Promise<void> {
    const { sessionUid, clientId, accountId, sid } = of;
    const listed = await sessionClients.listBySession(sessionUid, clock.now());
    const noted = listed.filter((client) => client.clientId === clientId);
    // An older release has noted none.
    const told = noted.length > 0 ? noted : [{ clientId, accountId, sid, noticeId: random.id() }];
    await Promise.all(told.map((client) => outbox.add(client)));
    await Promise.all(noted.map(({ noticeId }) => sessionClients.remove(noticeId)));
  }

  return { note, signedOut };
}

export type SessionClients = ReturnType<typeof createSessionClients>;
