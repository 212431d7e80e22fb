/** The relying parties' own sessions. They are in memory, so they end with the process. */
import { randomState } from 'openid-client';
import type { Clock } from '../../ports/system.ts';

/** The values that a relying party keeps between its authorization request and the answer. */
export interface PendingSignIn {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  /** Whether the sign-in is for the API, which is called again after it. */
  readonly isForApi: boolean;
}

export type Claims = Readonly<Record<string, unknown>>;

export interface SignedIn {
  readonly idToken: string;
  readonly refreshToken: string | null;
  readonly idTokenClaims: Claims & { readonly sub: string };
  readonly userInfo: Claims;
}

/** The answer of the API. */
export interface ApiAnswer {
  readonly status: number;
  /** The header `WWW-Authenticate` as it came. Null: the API has accepted the token. */
  readonly challenge: string | null;
  readonly error: string | null;
  /** The parameters of the authorization request that the API asks for (RFC 9470, 3). Null: for none. */
  readonly stepUp: Readonly<Record<string, string>> | null;
  readonly body: string;
}

export interface DemoSession {
  readonly id: string;
  /** A cookie of one party is not valid at another. */
  readonly partyId: string;
  readonly expiresAt: number;
  /** The key is `state`. */
  readonly pendingEnrolment: Map<string, PendingSignIn>;
  signedIn: SignedIn | null;
  apiAnswer: ApiAnswer | null;
}

const HOUR_MS = 60 * 60 * 1000;
const MOST_SESSIONS = 1000;
/** Sign-ins that were started in several tabs, or abandoned. */
const MOST_PENDING = 8;

/** The process keeps it, so that a reload of the configuration ends no session of the demo. */
export function createDemoSessions(clock: Clock) {
  const sessions = new Map<string, DemoSession>();

  function find(partyId: string, id: string | undefined): DemoSession | null {
    const session = id === undefined ? undefined : sessions.get(id);
    return session?.partyId === partyId && clock.now() < session.expiresAt ? session : null;
  }

  function open(partyId: string): DemoSession {
    return keep({
      id: randomState(),
      partyId,
      expiresAt: clock.now() + HOUR_MS,
      pendingEnrolment: new Map(),
      signedIn: null,
      apiAnswer: null,
    });
  }

  /**
   * Moves the session to a new id, against session fixation: an id planted before the sign-in must not become a
   * signed-in one.
   */
  function renew(session: DemoSession, signedIn: SignedIn): DemoSession {
    close(session);
    return keep({ ...session, id: randomState(), expiresAt: clock.now() + HOUR_MS, signedIn });
  }

  function keep(session: DemoSession): DemoSession {
    sessions.set(session.id, session);
    dropOldest(sessions, MOST_SESSIONS);
    return session;
  }

  function close({ id }: DemoSession): void {
    sessions.delete(id);
  }

  return { find, open, renew, close };
}

export type DemoSessions = ReturnType<typeof createDemoSessions>;

export function awaitAnswer(session: DemoSession, pendingEnrolment: PendingSignIn): void {
  session.pendingEnrolment.set(pendingEnrolment.state, pendingEnrolment);
  dropOldest(session.pendingEnrolment, MOST_PENDING);
}

/** Removes the entry, so that an answer is accepted once only. */
export function takeAwaited(session: DemoSession, state: string | null): PendingSignIn | null {
  const pendingEnrolment = session.pendingEnrolment.get(state ?? '');
  if (pendingEnrolment) session.pendingEnrolment.delete(pendingEnrolment.state);
  return pendingEnrolment ?? null;
}

/** A map keeps the order of insertion. */
function dropOldest(map: Map<string, unknown>, most: number): void {
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}
