/**
 * The rotation of refresh tokens. For some seconds after a rotation, the older tokens of a family answer with its newest
 * one. Two tabs that refresh at once stay signed in, and a client can ask again for an answer that was lost. The family
 * never forks. A reuse after that is a replay, which ends the family.
 *
 * The library only checks the presented token. It believes that no token rotates, and its answer is changed afterwards. So
 * a request that fails, by a fault of its own or because a store is away, costs no token.
 */
import {
  type Adapter,
  type AdapterPayload,
  type Client,
  errors,
  type KoaContextWithOIDC,
  Provider,
  type RefreshToken,
  type TokenEndpointGrantContext,
} from 'oidc-provider';
import type { Clock } from '../../ports/system.ts';
import type { ReplayedFamilies } from '../../use-cases/sign-in/replayed-families.ts';
import type { RefreshTokenStore } from '../adapter/refresh-token-store.ts';
import type { ClientRules } from '../clients/client-rules.ts';
import { keepPresentedToken, type PresentedToken, presentedToken } from '../request-cache.ts';
import type { TokenFamilies } from './token-families.ts';

interface RefreshRotationDeps {
  readonly rules: Pick<ClientRules, 'of'>;
  readonly tokens: RefreshTokenStore;
  readonly families: Pick<TokenFamilies, 'ofRefreshToken' | 'successorOf'>;
  readonly replayedFamilies: Pick<ReplayedFamilies, 'end'>;
  /** Seconds. */
  readonly overlapSeconds: number;
  /** The lifetime of a refresh token from now on, in seconds. */
  readonly lifetimeOf: (ctx: KoaContextWithOIDC, token: RefreshToken, client: Client) => number;
  readonly clock: Clock;
}

/** The longest chain of rotations within the overlap. A client that refreshes faster is refused. */
const LONGEST_CHAIN = 50;

export function createRefreshRotation(needs: RefreshRotationDeps) {
  const { rules, tokens, families, replayedFamilies, overlapSeconds, lifetimeOf, clock } = needs;
  const seconds = () => Math.floor(clock.now() / 1000);

  /** Consumption is stored in full seconds, so the overlap ends up to a second late and never early. */
  const isOverlap = (consumedAt: number) => overlapSeconds > 0 && seconds() - consumedAt <= overlapSeconds;

  /**
   * Around the provider's adapter. The library would revoke the whole grant for a consumed token, so it does not learn
   * of the consumption: `refuseReplay` decides, after the library has checked client, grant, key binding and account.
   */
  function around(adapterOf: (model: string) => Adapter): (model: string) => Adapter {
    return (model) => {
      const adapter = adapterOf(model);
      if (model !== 'RefreshToken') return adapter;
      const find = async (value: string) => {
        const found = await adapter.find(value);
        const { ctx } = Provider;
        if (!found || ctx?.oidc.route !== 'token') return found;
        const { consumed, ...payload } = found;
        keepPresentedToken(ctx, {
          value,
          payload,
          consumedAt: typeof consumed === 'number' ? consumed : null,
        });
        return payload;
      };
      return { ...adapter, find };
    };
  }

  /**
   * For `rotateRefreshToken`. Always false: `settle` rotates, once the library has made its answer.
   *
   * @throws InvalidGrant for a replay
   */
  async function refuseReplay(ctx: KoaContextWithOIDC): Promise<boolean> {
    const { consumedAt } = presentedIn(ctx);
    if (consumedAt !== null && !isOverlap(consumedAt)) await endFamily(ctx);
    return false;
  }

  /**
   * For after the library's answer: puts the newest token of the family into it.
   *
   * @throws InvalidGrant for a replay, and for a token that was revoked meanwhile
   */
  async function settle(ctx: KoaContextWithOIDC): Promise<void> {
    const { client, entities } = ctx.oidc;
    const { value, payload, consumedAt } = presentedIn(ctx);
    const token = entities.RefreshToken;
    if (!client || !token) throw new errors.InvalidGrant('refresh token not found');
    if (consumedAt === null && !rules.of(client.clientId)?.rotateRefreshTokens) return;
    const isFirst = consumedAt === null && (await consumed(ctx, lifetimeOf(ctx, token, client)));
    const grantId = String(payload.grantId);
    const newest = isFirst ? families.successorOf(value, grantId) : await newestAfter(value, grantId);
    Object.assign(ctx.body as object, { refresh_token: newest });
  }

  function presentedIn(ctx: KoaContextWithOIDC): PresentedToken {
    const presented = presentedToken(ctx);
    if (!presented) throw new errors.InvalidGrant('refresh token not found');
    return presented;
  }

  async function endFamily(ctx: KoaContextWithOIDC): Promise<never> {
    const { accountId, clientId } = presentedIn(ctx).payload;
    await replayedFamilies.end(families.ofRefreshToken(presentedIn(ctx).value), {
      accountId: String(accountId),
      clientId: String(clientId),
      ip: ctx.ip,
    });
    throw new errors.InvalidGrant('refresh token already used');
  }

  /** Whether this request consumed the token. False: another did, within the overlap. */
  async function consumed(ctx: KoaContextWithOIDC, lifetime: number): Promise<boolean> {
    const { value, payload } = presentedIn(ctx);
    // The successor first: a consumed token without one was revoked, and must not get one again.
    const successor = await storeSuccessor(value, payload, lifetime);
    if (await tokens.consume(value)) return true;
    const before = (await tokens.find(value))?.consumed;
    if (typeof before !== 'number') {
      await tokens.destroy(successor);
      throw new errors.InvalidGrant('refresh token not found');
    }
    if (!isOverlap(before)) await endFamily(ctx);
    return false;
  }

  /** Stores nothing when another request was faster. */
  async function storeSuccessor(value: string, payload: AdapterPayload, lifetime: number): Promise<string> {
    const next = families.successorOf(value, String(payload.grantId));
    const iat = seconds();
    const rotations = Number(payload.rotations ?? 0) + 1;
    const successor = { ...payload, jti: next, iat, exp: iat + lifetime, rotations };
    await tokens.insert(next, successor, successor.exp * 1000);
    return next;
  }

  /** Follows the successors of a consumed token to the last one. */
  async function newestAfter(older: string, grantId: string): Promise<string> {
    let value = older;
    for (let length = 0; length < LONGEST_CHAIN; length += 1) {
      value = families.successorOf(value, grantId);
      const found = await tokens.find(value);
      if (!found) throw new errors.InvalidGrant('refresh token not found');
      if (found.consumed === undefined) return value;
    }
    throw new errors.InvalidGrant('refresh token rotated too often');
  }

  return { around, refuseReplay, settle };
}

type Handler<Params extends object> = (ctx: TokenEndpointGrantContext<Params>) => void | Promise<void>;
type Names = string | readonly string[] | ReadonlySet<string>;

/**
 * The class of a provider that rotates refresh tokens after its own handler has answered. The library has no hook there.
 * It registers its handlers in its constructor.
 */
export function providerWithRotation(
  Base: typeof Provider,
  settle: (ctx: KoaContextWithOIDC) => Promise<void>,
): typeof Provider {
  return class extends Base {
    override registerGrantType<Params extends object>(
      name: string,
      handler: Handler<Params>,
      params?: Names,
      duplicates?: Names,
    ): void {
      const chosen = name === 'refresh_token' ? settling(handler) : handler;
      super.registerGrantType(name, chosen, params, duplicates);
    }
  };

  function settling<Params extends object>(handler: Handler<Params>): Handler<Params> {
    return async (ctx) => {
      await handler(ctx);
      await settle(ctx);
    };
  }
}
