/**
 * Shared within one request of the provider, so that it reads, decides and writes each thing once.
 *
 * | held               | filled by                                  | used by                                    |
 * | ------------------ | ------------------------------------------ | ------------------------------------------ |
 * | `account`          | `provider.ts`, when the library asks       | the provider's Checks, the snapshot        |
 * | `snapshot`         | `prompt.ts`, as soon as an account is named | each evaluation of the policy             |
 * | `record`           | `prompt.ts`, as soon as a session is named | each evaluation of the policy              |
 * | `finding`          | `prompt.ts`, at the first Check            | the other Checks of the request            |
 * | `recordSaved`      | `save-sign-in-record.ts`, at the resume    | the first Check, which waits for it        |
 * | `session`, `grant` | `readingAhead` below, once a token is found | the library, once: then it is dropped     |
 * | presented token    | `refresh-rotation.ts`, once it is found    | the rotation, and the answer               |
 *
 * Entries belong to the provider's own object of the request, `ctx.oidc`, and go with it. Nothing outlives a request:
 * a changed policy or account counts from the next one on.
 */
import { type Adapter, type AdapterPayload, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Account } from '../domain/account.ts';
import type { PolicyResult, SnapshotWithoutLockout } from '../domain/policy/policy.ts';
import type { SignInRecord } from '../domain/sign-in/sign-in-record.ts';

/** The provider's context of a request. */
export interface OfRequest {
  readonly oidc: object;
}

/** `nobody`: there is no live session. `ended`: its sign-in is not on record, or holds no more. */
export type SessionFinding = 'nobody' | 'ended' | Pick<PolicyResult, 'decision'>;

type Payload = Awaited<ReturnType<Adapter['find']>>;

interface Held {
  readonly account: Account | null;
  readonly snapshot: SnapshotWithoutLockout | null;
  readonly record: SignInRecord | null;
  readonly finding: SessionFinding;
  readonly recordSaved: boolean;
  readonly session: Payload;
  readonly grant: Payload;
}

/** The refresh token that a client presents. */
export interface PresentedToken {
  readonly value: string;
  readonly payload: AdapterPayload;
  /** Seconds since the epoch. Null: it was not consumed. */
  readonly consumedAt: number | null;
}

interface Entries {
  readonly promises: Map<string, Promise<unknown>>;
  account?: Account;
  presentedToken?: PresentedToken;
}

const requests = new WeakMap<object, Entries>();

function entriesOf({ oidc }: OfRequest): Entries {
  const entries = requests.get(oidc) ?? { promises: new Map() };
  requests.set(oidc, entries);
  return entries;
}

/** Calls `read` for the first caller of this kind and key in a request. Every other caller gets the same promise. */
export function inRequest<Kind extends keyof Held>(
  ctx: OfRequest,
  kind: Kind,
  key: string,
  read: () => Promise<Held[Kind]>,
): Promise<Held[Kind]> {
  const { promises } = entriesOf(ctx);
  const before = promises.get(keyOf(kind, key)) as Promise<Held[Kind]> | undefined;
  if (before) return before;
  const begun = read();
  // Callers that wait get the error. After another error of the request no caller may be left.
  begun.catch(() => {});
  promises.set(keyOf(kind, key), begun);
  return begun;
}

/** Takes the promise out of the cache: a second look wants what is stored by then. */
function takeFromRequest(kind: 'session' | 'grant', key: string): Promise<Payload> | undefined {
  const { ctx } = Provider;
  const promises = ctx && requests.get(ctx.oidc)?.promises;
  const begun = promises?.get(keyOf(kind, key)) as Promise<Payload> | undefined;
  promises?.delete(keyOf(kind, key));
  return begun;
}

function keyOf(kind: keyof Held, key: string): string {
  return `${kind}|${key}`;
}

/** Keeps the account that was read for the provider, for callers that cannot wait. */
export function keepAccount(ctx: OfRequest, account: Account): void {
  entriesOf(ctx).account = account;
}

/** The account that was read for the provider in this request. */
export function accountOf(ctx: OfRequest): Account | undefined {
  return requests.get(ctx.oidc)?.account;
}

export function keepPresentedToken(ctx: OfRequest, token: PresentedToken): void {
  entriesOf(ctx).presentedToken = token;
}

export function presentedToken(ctx: OfRequest): PresentedToken | undefined {
  return requests.get(ctx.oidc)?.presentedToken;
}

type AdapterOf = (model: string) => Adapter;

/** Begins to read what the policy is evaluated from. */
export type BeginReading = (
  ctx: KoaContextWithOIDC,
  accountId: string,
  token: Pick<AdapterPayload, 'accountId' | 'clientId' | 'sessionUid'>,
) => void;

/** By model: the routes in which a found object leads to its session, grant and account. */
const LEADING: Readonly<Record<string, readonly string[]>> = {
  AuthorizationCode: ['token'],
  RefreshToken: ['token'],
  AccessToken: ['userinfo'],
  DeviceCode: ['token'],
  Interaction: ['resume', 'device_resume'],
};

/**
 * Around the provider's adapter. The library reads a token, then its session, its grant and its account in sequence. The
 * token names all of them, so they are read together from then on: one round trip instead of three.
 */
export function readingAhead(adapterOf: AdapterOf, begin: BeginReading): AdapterOf {
  const [sessions, grants] = [adapterOf('Session'), adapterOf('Grant')];

  function follow(ctx: KoaContextWithOIDC, model: string, found: AdapterPayload): void {
    if (model === 'Interaction') {
      const accountId = found.result?.login?.accountId;
      if (accountId) begin(ctx, accountId, {});
      return;
    }
    const { accountId, sessionUid, grantId, expiresWithSession, consumed } = found;
    if (consumed || !accountId) return;
    if (sessionUid && expiresWithSession)
      void inRequest(ctx, 'session', sessionUid, async () => sessions.findByUid(sessionUid));
    if (grantId) void inRequest(ctx, 'grant', grantId, async () => grants.find(grantId));
    begin(ctx, accountId, found);
  }

  return (model) => {
    const adapter = adapterOf(model);
    if (model === 'Session')
      return { ...adapter, findByUid: (uid) => takeFromRequest('session', uid) ?? adapter.findByUid(uid) };
    if (model === 'Grant')
      return { ...adapter, find: (id) => takeFromRequest('grant', id) ?? adapter.find(id) };
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
