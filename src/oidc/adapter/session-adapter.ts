/**
 * Stores the provider's sessions. Simultaneous requests of one browser share a session, and the library saves it whole. A
 * save replaces only the session that was read. When that has changed meanwhile, both changes are kept. When it has
 * ended, it stays ended.
 *
 * Each save is a use of the session: the library saves it at each request of a browser. Our own pages only read it, and a
 * read by one of them is noted once in a while. A relying party's request with a token is no use of the session.
 */
import { type Adapter, type AdapterPayload, errors, Provider } from 'oidc-provider';
import { StoreUnavailable } from '../../ports/faults.ts';
import type { ProviderRow, ShortLivedProviderStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';
import { mergeSession } from './session-merge.ts';

interface SessionAdapterDeps {
  readonly store: Pick<ShortLivedProviderStore, 'find' | 'findByUid' | 'upsert' | 'replace' | 'destroy'>;
  readonly keyOf: (id: string) => string;
  readonly encrypt: (payload: AdapterPayload) => ProviderRow['payload'];
  readonly open: (stored: ProviderRow['payload'] | null) => AdapterPayload | undefined;
  /** Milliseconds after its last use at which a session ends. Null: it does not. */
  readonly idleMs: number | null;
  readonly clock: Clock;
}

/** One of several simultaneous saves succeeds at each try. A browser has fewer connections than this. */
const MOST_TRIES = 50;

const MODEL = 'Session';

/** Milliseconds: a page notes a use that is so much later than the noted one. */
const NOTED_EVERY_MS = 60_000;
/** Likewise, as a part of the time after which the session ends. */
const NOTED_EVERY_PART = 0.1;

/** A session as it is stored. An earlier release stored no time of use. */
type StoredSession = AdapterPayload & { readonly usedAt?: number };

/** Fields of the library's session that its types lack. */
interface Internals {
  readonly oldId?: string;
  destroyed?: boolean;
}

export function createSessionAdapter({ store, keyOf, encrypt, open, idleMs, clock }: SessionAdapterDeps) {
  /** The stored row of each session. The library returns its `authorizations` object unchanged, so that is the key. */
  const stored = new WeakMap<object, ProviderRow>();

  function handOut(payload: ProviderRow['payload'] | null): AdapterPayload | undefined {
    const session: StoredSession | undefined = open(payload);
    if (!payload || session?.jti === undefined || isIdle(session)) return undefined;
    const authorizations = session.authorizations ?? {};
    const row = { id: session.jti, payload };
    stored.set(authorizations, row);
    if (isUseToNote(session)) void noteUse(row, session);
    return { ...session, authorizations };
  }

  /** Milliseconds since the last use. Nobody uses a session in which nobody is signed in. */
  function unusedFor({ accountId, usedAt, loginTs = 0 }: StoredSession): number {
    return accountId === undefined ? 0 : clock.now() - (usedAt ?? loginTs * 1000);
  }

  function isIdle(session: StoredSession): boolean {
    return idleMs !== null && unusedFor(session) >= idleMs;
  }

  /** The library saves the session in its own requests of browsers, and its other requests are those of programs. */
  function isUseToNote(session: StoredSession): boolean {
    if (idleMs === null || Provider.ctx) return false;
    return unusedFor(session) >= Math.min(NOTED_EVERY_MS, idleMs * NOTED_EVERY_PART);
  }

  /** Nothing waits for it. A session that has changed since was used by the request that changed it. */
  async function noteUse(row: ProviderRow, session: StoredSession): Promise<void> {
    try {
      const next = { id: row.id, payload: seal(session) };
      await replace(row, next, endOf(session, Number(session.exp) * 1000));
    } catch {
      // The request reads from the same store, and tells that it is away.
    }
  }

  function seal(session: AdapterPayload): ProviderRow['payload'] {
    const used: StoredSession = { ...session, usedAt: clock.now() };
    return encrypt(used);
  }

  /** Milliseconds since the epoch. `latest`: the end of a session in constant use. */
  function endOf({ accountId }: AdapterPayload, latest: number): number {
    return idleMs === null || accountId === undefined ? latest : Math.min(latest, clock.now() + idleMs);
  }

  function replace(from: ProviderRow, to: ProviderRow, expiresAt: number): Promise<boolean> {
    return store.replace(MODEL, { ...from, id: keyOf(from.id) }, { ...to, id: keyOf(to.id) }, expiresAt);
  }

  /** Merges with the saves of other requests since `read`, and returns the stored row. */
  async function settle(id: string, mine: AdapterPayload, read: ProviderRow): Promise<ProviderRow> {
    const base = open(read.payload) ?? {};
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const payload = await store.findByUid(MODEL, String(mine.uid), clock.now());
      const theirs = open(payload);
      if (!payload || theirs?.jti === undefined || theirs.accountId !== mine.accountId) {
        letGo();
        throw new errors.LoginRequired('the session has ended');
      }
      // A session with a new id keeps it, and a request with the old id does not learn the new one.
      const jti = theirs.jti === read.id ? id : theirs.jti;
      const merged = { ...mergeSession(base, mine, theirs), jti };
      const next = { id: jti, payload: seal(merged) };
      if (await replace({ id: theirs.jti, payload }, next, endOf(merged, Number(merged.exp) * 1000))) {
        if (jti !== id) letGo();
        return next;
      }
    }
    throw new StoreUnavailable('a session: too many requests at once');
  }

  return {
    async find(id) {
      return handOut(await store.find(MODEL, keyOf(id), clock.now()));
    },
    async findByUid(uid) {
      return handOut(await store.findByUid(MODEL, uid, clock.now()));
    },
    async upsert(id, session, expiresIn = 0) {
      const expiresAt = endOf(session, clock.now() + expiresIn * 1000);
      const read = session.authorizations && stored.get(session.authorizations);
      let saved: ProviderRow = { id, payload: seal(session) };
      if (!read) await store.upsert(MODEL, keyOf(id), saved.payload, expiresAt);
      else if (!(await replace(read, saved, expiresAt))) saved = await settle(id, session, read);
      if (session.authorizations) stored.set(session.authorizations, saved);
    },
    /** Ends the session. A change of id is one act of `upsert`, so the old id is not destroyed here. */
    async destroy(id) {
      if (internals()?.oldId !== id) await store.destroy(MODEL, keyOf(id));
    },
  } satisfies Partial<Adapter>;
}

/** The session of the provider's current request. */
function internals(): Internals | undefined {
  return Provider.ctx?.oidc.session as Internals | undefined;
}

/** The session of this request is not saved again, and its cookie is not set. */
export function letGo(): void {
  const ctx = Provider.ctx;
  const session = internals();
  if (!ctx || !session) return;
  session.destroyed = true;
  const name = ctx.oidc.provider.cookieName('session');
  const cookies = [ctx.response.get('Set-Cookie')].flat().filter(Boolean);
  const others = cookies.filter((cookie) => !cookie.startsWith(`${name}=`) && !cookie.startsWith(`${name}.`));
  ctx.remove('Set-Cookie');
  if (others.length > 0) ctx.set('Set-Cookie', others);
}
