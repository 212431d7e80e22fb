/**
 * The library reads a token, then its session, its grant and its account, each after the other. Whose they are is known
 * with the token, so that all of them are read at once from then on: one way to the stores instead of three.
 */
import { type Adapter, type AdapterPayload, type KoaContextWithOIDC, Provider } from 'oidc-provider';

type AdapterOf = (model: string) => Adapter;

/** Begins to read what the policy will be asked about. */
export type BeginReading = (
  ctx: KoaContextWithOIDC,
  accountId: string,
  token: Pick<AdapterPayload, 'accountId' | 'clientId' | 'sessionUid'>,
) => void;

/** By model: the routes in which one that is found leads to the rest. Elsewhere it is not all needed. */
const LEADING: Readonly<Record<string, readonly string[]>> = {
  AuthorizationCode: ['token'],
  RefreshToken: ['token'],
  AccessToken: ['userinfo'],
  Interaction: ['resume'],
};

export function readingAhead(adapterOf: AdapterOf, begin: BeginReading): AdapterOf {
  const [sessions, grants] = [adapterOf('Session'), adapterOf('Grant')];
  const begun = new WeakMap<object, Map<string, ReturnType<Adapter['find']>>>();

  function keep(ctx: KoaContextWithOIDC, key: string, reading: ReturnType<Adapter['find']>): void {
    const ofRequest = begun.get(ctx.oidc) ?? new Map();
    begun.set(ctx.oidc, ofRequest.set(key, reading));
    // Whoever waits for it is told of a failure; after an earlier one nobody may wait any more.
    Promise.resolve(reading).catch(() => {});
  }

  /** Once: who asks again wants to know what is there by then. */
  function taken(key: string): ReturnType<Adapter['find']> | undefined {
    const ofRequest = Provider.ctx && begun.get(Provider.ctx.oidc);
    const reading = ofRequest?.get(key);
    ofRequest?.delete(key);
    return reading;
  }

  function follow(ctx: KoaContextWithOIDC, model: string, found: AdapterPayload): void {
    if (model === 'Interaction') {
      const accountId = found.result?.login?.accountId;
      if (accountId) begin(ctx, accountId, {});
      return;
    }
    const { accountId, sessionUid, grantId, expiresWithSession, consumed } = found;
    if (consumed || !accountId) return;
    if (sessionUid && expiresWithSession) keep(ctx, sessionKey(sessionUid), sessions.findByUid(sessionUid));
    if (grantId) keep(ctx, grantKey(grantId), grants.find(grantId));
    begin(ctx, accountId, found);
  }

  return (model) => {
    const adapter = adapterOf(model);
    if (model === 'Session')
      return { ...adapter, findByUid: (uid) => taken(sessionKey(uid)) ?? adapter.findByUid(uid) };
    if (model === 'Grant') return { ...adapter, find: (id) => taken(grantKey(id)) ?? adapter.find(id) };
    const routes = LEADING[model];
    if (!routes) return adapter;
    const find = async (id: string) => {
      const found = await adapter.find(id);
      const { ctx } = Provider;
      if (found && ctx && routes.includes(ctx.oidc.route)) follow(ctx, model, found);
      return found;
    };
    return { ...adapter, find };
  };
}

function sessionKey(uid: string): string {
  return `session|${uid}`;
}

function grantKey(id: string): string {
  return `grant|${id}`;
}
