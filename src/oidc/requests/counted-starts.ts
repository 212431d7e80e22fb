/**
 * Counts the requests that leave a record in the short-lived store before their sender has proven anything. The list of
 * these records is `STARTS`, and the proofs of pushed requests beside it. Every other request is of somebody who has proven
 * something: a client with a secret, a person with a session, or a sign-in that is under way. A request that is refused for
 * its content leaves nothing, except for such a proof.
 *
 * A failed authentication of a client is not counted. It leaves nothing, a secret has 32 characters or more, and the
 * count would be the only write of such a request.
 */
import type { Context } from 'koa';
import { type Adapter, errors, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Clock } from '../../ports/system.ts';
import type { Start, StartLimit } from '../../use-cases/sign-in/start-limit.ts';
import type { IsFirstUse } from '../adapter/replay-detection.ts';
import { letGo } from '../adapter/session-adapter.ts';

export interface StartCounting {
  readonly limit: StartLimit;
  /** The person who has signed in from this browser before. Null: nobody has. */
  readonly knownPerson: (ctx: Context) => string | null;
  readonly clock: Clock;
}

/** Too many requests have begun something from this network or by this person. */
export class TooManyStarts extends errors.CustomOIDCProviderError {
  /** Milliseconds since the epoch. */
  readonly retryAt: number;
  /** RFC 6585, 4. RFC 9126, 2.3 has the same status for pushed requests. */
  override readonly status = 429;
  override readonly statusCode = 429;
  /** The relying party would send the browser here again. The person reads how long to wait instead. */
  override readonly allow_redirect = false;

  constructor(retryAt: number) {
    super(
      'temporarily_unavailable',
      'too many requests in a short time: try again after the seconds of Retry-After',
    );
    this.retryAt = retryAt;
  }
}

type Request = KoaContextWithOIDC['oidc'];

/** By model: whether a save in this request stores a new record for somebody unknown. */
const STARTS: Readonly<Record<string, (oidc: Request) => boolean>> = {
  // The interactions of later prompts belong to a sign-in that is under way.
  Interaction: ({ route }) => route === 'authorization',
  PushedAuthorizationRequest: isByUnknownClient,
  // The later saves of the code follow the person who types it.
  DeviceCode: (oidc) => oidc.route === 'device_authorization' && isByUnknownClient(oidc),
  // The page of a device's code and the sign-out keep their form in a session, even where nobody is signed in.
  Session: (oidc) => oidc.session?.accountId === undefined && !isStored(oidc.session) && !hasResumed(oidc),
};

const RESUMES: readonly string[] = ['resume', 'device_resume'];

/** Whether the request goes on with a sign-in. The library sets the parameters once it has taken the interaction away. */
function hasResumed({ route, params }: Request): boolean {
  return RESUMES.includes(route) && params !== undefined;
}

/** A client without a secret. The library has authenticated every other one before. */
function isByUnknownClient({ client }: Request): boolean {
  return client?.clientAuthMethod === 'none';
}

/** A session has the time of its first save from the store only. */
function isStored(session: Request['session']): boolean {
  return (session as { readonly iat?: number } | undefined)?.iat !== undefined;
}

interface Counting {
  /** When to try again, where this instance knows it without the store. */
  readonly fullUntil: number | null;
  /** When to try again. Null: the request is admitted. */
  readonly verdict: Promise<number | null>;
}

export interface StartCounter {
  /**
   * Counts by the adapter of the provider. The record is stored while the request is counted, so that counting takes no
   * time of its own. A refused request takes its record back. That happens once a minute for an address: the instance
   * knows then that its window is full.
   */
  around(adapterOf: (model: string) => Adapter): (model: string) => Adapter;
  /** The proof (DPoP) of a pushed request is remembered before the request is read, so the request is counted first. */
  beforeProof(isFirstUse: IsFirstUse): IsFirstUse;
}

export function createStartCounter({ limit, knownPerson, clock }: StartCounting): StartCounter {
  /** A request counts once, however many records it leaves. */
  const counted = new WeakMap<KoaContextWithOIDC, Counting>();

  function count(ctx: KoaContextWithOIDC): Counting {
    const start: Start = {
      endpoint: ctx.oidc.route,
      ip: ctx.ip,
      accountId: ctx.oidc.session?.accountId ?? null,
      knownPerson: knownPerson(ctx as unknown as Context),
    };
    const fullUntil = limit.fullUntil(start);
    return { fullUntil, verdict: fullUntil === null ? limit.admit(start) : Promise.resolve(fullUntil) };
  }

  function refuse(ctx: KoaContextWithOIDC, retryAt: number): never {
    ctx.set('Retry-After', String(Math.max(1, Math.ceil((retryAt - clock.now()) / 1000))));
    // The library would try to save the session once more, with the answer.
    letGo();
    throw new TooManyStarts(retryAt);
  }

  function countingOf(ctx: KoaContextWithOIDC): Counting {
    const counting = counted.get(ctx) ?? count(ctx);
    counted.set(ctx, counting);
    return counting;
  }

  const around: StartCounter['around'] = (adapterOf) => (model) => {
    const adapter = adapterOf(model);
    const isStart = STARTS[model];
    if (!isStart) return adapter;
    return {
      ...adapter,
      async upsert(id, payload, expiresIn) {
        const { ctx } = Provider;
        if (!ctx || !isStart(ctx.oidc)) return adapter.upsert(id, payload, expiresIn);
        const counting = countingOf(ctx);
        if (counting.fullUntil !== null) refuse(ctx, counting.fullUntil);
        const [retryAt] = await Promise.all([counting.verdict, adapter.upsert(id, payload, expiresIn)]);
        if (retryAt === null) return;
        await adapter.destroy(id);
        refuse(ctx, retryAt);
      },
    };
  };

  const beforeProof: StartCounter['beforeProof'] =
    (isFirstUse) =>
    async (...proof) => {
      const { ctx } = Provider;
      if (ctx?.oidc.route === 'pushed_authorization_request' && isByUnknownClient(ctx.oidc)) {
        const retryAt = await countingOf(ctx).verdict;
        if (retryAt !== null) refuse(ctx, retryAt);
      }
      return isFirstUse(...proof);
    };

  return { around, beforeProof };
}
