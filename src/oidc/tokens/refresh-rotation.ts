/**
 * The rotation of refresh tokens. For some seconds after a rotation, the older tokens of a family answer with its newest
 * one. Two tabs that refresh at once stay signed in, and a client can ask again for an answer that was lost. The family
 * never forks. A reuse after that is a replay, which ends the family.
 *
 * The library only checks the presented token. It believes that no token rotates, and the answer is changed afterwards.
 */
import type { Context } from 'koa';
import {
  type Adapter,
  type AdapterPayload,
  type Client,
  errors,
  type KoaContextWithOIDC,
  Provider,
  type RefreshToken,
} from 'oidc-provider';
import type { Clock } from '../../ports/system.ts';
import type { ReplayedFamilies } from '../../use-cases/sign-in/replayed-families.ts';
import type { RefreshTokenStore } from '../adapter/refresh-token-store.ts';
import type { ClientRules } from '../clients/client-rules.ts';
import { keepPresentedToken, presentedToken } from '../request-cache.ts';
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
   * of the consumption: `rotate` decides, after the library has checked client, grant, key binding and account.
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
          newest: null,
        });
        return payload;
      };
      return { ...adapter, find };
    };
  }

  /**
   * For `rotateRefreshToken`. Always false: the successor is stored here.
   *
   * @throws InvalidGrant for a replay
   */
  async function rotate(ctx: KoaContextWithOIDC): Promise<boolean> {
    const { client, entities } = ctx.oidc;
    const presented = presentedToken(ctx);
    const token = entities.RefreshToken;
    if (!presented || !client || !token) throw new errors.InvalidGrant('refresh token not found');
    const { value, payload, consumedAt } = presented;
    if (consumedAt === null && !rules.of(client.clientId)?.rotateRefreshTokens) return false;

    const before = consumedAt ?? (await consumedBefore(value));
    if (before === null || isOverlap(before)) {
      const lifetime = lifetimeOf(ctx, token, client);
      presented.newest = await newestAfter(value, payload, lifetime, before === null);
      return false;
    }
    await replayedFamilies.end(families.ofRefreshToken(value), {
      accountId: token.accountId,
      clientId: client.clientId,
      ip: ctx.ip,
    });
    throw new errors.InvalidGrant('refresh token already used');
  }

  /** Consumes the token. Null when this request is the one that did, else when another did. */
  async function consumedBefore(value: string): Promise<number | null> {
    if (await tokens.consume(value)) return null;
    const consumed = (await tokens.find(value))?.consumed;
    if (typeof consumed !== 'number') throw new errors.InvalidGrant('refresh token not found');
    return consumed;
  }

  /** False when it is stored already, because another request was faster. */
  function storeSuccessor(next: string, payload: AdapterPayload, lifetime: number): Promise<boolean> {
    const iat = seconds();
    const rotations = Number(payload.rotations ?? 0) + 1;
    const successor = { ...payload, jti: next, iat, exp: iat + lifetime, rotations };
    return tokens.insert(next, successor, successor.exp * 1000);
  }

  /**
   * Follows the successors of a consumed token to the last one. Stores that if it is missing: this request has consumed
   * its predecessor (`isFresh`), or another request did and broke off.
   */
  async function newestAfter(
    consumed: string,
    payload: AdapterPayload,
    lifetime: number,
    isFresh: boolean,
  ): Promise<string> {
    let value = consumed;
    for (let length = 0; length < LONGEST_CHAIN; length += 1) {
      value = families.successorOf(value, String(payload.grantId));
      const stored = isFresh && length === 0 ? undefined : await tokens.find(value);
      if (!stored && (await storeSuccessor(value, payload, lifetime))) return value;
      const found = stored ?? (await tokens.find(value));
      if (!found) throw new errors.InvalidGrant('refresh token not found');
      if (found.consumed === undefined) return value;
    }
    throw new errors.InvalidGrant('refresh token rotated too often');
  }

  return { around, rotate };
}

/** For `provider.use`. The library answers with the presented token. */
export async function answerNewestToken(ctx: Context, next: () => Promise<unknown>): Promise<void> {
  await next();
  const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>;
  const newest = oidc && presentedToken({ oidc })?.newest;
  if (newest && ctx.status === 200) Object.assign(ctx.body as object, { refresh_token: newest });
}
