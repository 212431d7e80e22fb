/**
 * Where the provider's sessions are kept. Requests of one browser have one session at the same time, and the library saves
 * it whole, as it read it and with its own changes. Such a save takes the place of what was read and of nothing else: where
 * that has changed meanwhile, both changes are kept, and where it has ended, it stays so.
 */
import { type Adapter, type AdapterPayload, errors, Provider } from 'oidc-provider';
import { StoreUnavailable } from '../ports/faults.ts';
import type { ProviderRow, ShortLivedProviderStore } from '../ports/stores.ts';
import type { Clock } from '../ports/system.ts';
import { mergeSession } from './session-merge.ts';

interface SessionAdapterDeps {
  readonly store: Pick<ShortLivedProviderStore, 'find' | 'findByUid' | 'upsert' | 'replace' | 'destroy'>;
  readonly keyOf: (id: string) => string;
  readonly encrypt: (payload: AdapterPayload) => ProviderRow['payload'];
  readonly open: (stored: ProviderRow['payload'] | null) => AdapterPayload | undefined;
  readonly clock: Clock;
}

/** One of as many saves at once goes through each time: more than a browser has connections. */
const MOST_TRIES = 50;

const MODEL = 'Session';

/** What the library has on a session, and its types do not. */
interface Internals {
  readonly oldId?: string;
  destroyed?: boolean;
}

export function createSessionAdapter({ store, keyOf, encrypt, open, clock }: SessionAdapterDeps) {
  /** What is in the store of each session, by the one object in it that the library gives back as it got it. */
  const stored = new WeakMap<object, ProviderRow>();

  function handOut(payload: ProviderRow['payload'] | null): AdapterPayload | undefined {
    const session = open(payload);
    if (!payload || session?.jti === undefined) return undefined;
    const authorizations = session.authorizations ?? {};
    stored.set(authorizations, { id: session.jti, payload });
    return { ...session, authorizations };
  }

  function replace(from: ProviderRow, to: ProviderRow, expiresAt: number): Promise<boolean> {
    return store.replace(MODEL, { ...from, id: keyOf(from.id) }, { ...to, id: keyOf(to.id) }, expiresAt);
  }

  /** Saves beside what others have saved since `read`; gives what is stored then. */
  async function settle(id: string, mine: AdapterPayload, read: ProviderRow): Promise<ProviderRow> {
    const base = open(read.payload) ?? {};
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const payload = await store.findByUid(MODEL, String(mine.uid), clock.now());
      const theirs = open(payload);
      if (!payload || theirs?.jti === undefined || theirs.accountId !== mine.accountId) {
        letGo();
        throw new errors.LoginRequired('the session has ended');
      }
      // A session that has another id by now keeps that, and is not told to who came with the old one.
      const jti = theirs.jti === read.id ? id : theirs.jti;
      const merged = { ...mergeSession(base, mine, theirs), jti };
      const next = { id: jti, payload: encrypt(merged) };
      if (await replace({ id: theirs.jti, payload }, next, Number(merged.exp) * 1000)) {
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
      const expiresAt = clock.now() + expiresIn * 1000;
      const read = session.authorizations && stored.get(session.authorizations);
      let saved: ProviderRow = { id, payload: encrypt(session) };
      if (!read) await store.upsert(MODEL, keyOf(id), saved.payload, expiresAt);
      else if (!(await replace(read, saved, expiresAt))) saved = await settle(id, session, read);
      if (session.authorizations) stored.set(session.authorizations, saved);
    },
    /** To end it. Under a new id it is saved by one act, which takes the old one's place. */
    async destroy(id) {
      if (internals()?.oldId !== id) await store.destroy(MODEL, keyOf(id));
    },
  } satisfies Partial<Adapter>;
}

/** Of the session that the provider's own request under way has. */
function internals(): Internals | undefined {
  return Provider.ctx?.oidc.session as Internals | undefined;
}

/** This request's session is not the browser's any more: it is not saved again, and its cookie stays where it is. */
function letGo(): void {
  const ctx = Provider.ctx;
  const session = internals();
  if (!ctx || !session) return;
  session.destroyed = true;
  const name = ctx.oidc.provider.cookieName('session');
  const cookies = [ctx.response.get('Set-Cookie')].flat();
  const others = cookies.filter((cookie) => !cookie.startsWith(`${name}=`) && !cookie.startsWith(`${name}.`));
  ctx.remove('Set-Cookie');
  if (others.length > 0) ctx.set('Set-Cookie', others);
}
