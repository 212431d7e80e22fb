/** `doublelock/redis`: the short-lived stores of the plugin, in Redis. */
import { openRedisShortLived } from './adapters/redis/open.ts';
import { systemClock } from './adapters/system/clock.ts';
import { checkRedis } from './plugin/opener-options.ts';
import type { ShortLivedStores } from './plugin/options/published.ts';

/** Where Redis is: exactly one of the first three is given. */
export interface RedisOptions {
  /** `redis://` or `rediss://`, with user, password and database where there are any. */
  readonly uri?: string;
  /** Servers that sentinels watch. Each node is `host:port`. */
  readonly sentinel?: {
    readonly name: string;
    readonly nodes: readonly string[];
    readonly password?: string;
  };
  /** Some nodes of a cluster, each `host:port`. */
  readonly cluster?: readonly string[];
  /** With what every key begins, where several products share a server. Default: `dl:`. */
  readonly prefix?: string;
}

export interface RedisStores extends ShortLivedStores {
  /** Rejects with `StoreUnavailable` when the server can't be read or written now. */
  ping(): Promise<void>;
  /** Once no request is under way any more. */
  close(): void;
}

/**
 * Connects. A server that is away may come later: until then everything rejects with `StoreUnavailable`. Rejects with
 * one line when the server is too old, may evict what it holds, or refuses the login.
 */
export async function redis(options: RedisOptions): Promise<RedisStores> {
  checkRedis(options);
  return openRedisShortLived({ ...options, clock: systemClock });
}
