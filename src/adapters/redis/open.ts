/** Opens the short-lived stores in Redis. Their loss signs people out and costs nothing else. */
import type {
  AttemptStore,
  OutboxStore,
  RateStore,
  ShortLivedProviderStore,
  TransactionStore,
} from '../../ports/stores.ts';
import type { Clock, StoreClock } from '../../ports/system.ts';
import { createAttemptStore } from './attempt-store.ts';
import type { RedisAddress } from './client.ts';
import { connect } from './connection.ts';
import { createKeys } from './keys.ts';
import { createOutboxStore } from './outbox-store.ts';
import { createProviderStore } from './provider-store.ts';
import { createRateStore } from './rate-store.ts';
import { createTransactionStore } from './transaction-store.ts';

export interface RedisOptions extends RedisAddress {
  /** Only for how long the server keeps things: what has expired is judged by the `now` of each call. */
  readonly clock: Clock;
  /** With what every key begins, where several products share a server. `dl:` unless given. */
  readonly prefix?: string;
}

export interface RedisShortLived {
  readonly transactions: TransactionStore;
  readonly attempts: AttemptStore;
  readonly rates: RateStore;
  readonly outbox: OutboxStore;
  /** All models of the provider that are not in the accounts store. */
  readonly providerShortLived: ShortLivedProviderStore;
  /** Nothing to do, and 0: Redis forgets by itself what has expired. */
  readonly sweep: (now: number, auditRetentionMs: number) => Promise<number>;
  /** Rejects with `StoreUnavailable` when the server can't be read or written now, or is not fit any more. */
  readonly ping: () => Promise<void>;
  readonly clocks: readonly StoreClock[];
  readonly close: () => void;
}

/** In milliseconds. */
const PING_KEPT_MS = 1000;

/**
 * Connects. A server that is away may come later: until then everything rejects with `StoreUnavailable`. Rejects with
 * one line for the operator when the server is too old, may evict what it holds, or refuses the login.
 */
export async function openRedisShortLived(options: RedisOptions): Promise<RedisShortLived> {
  const { clock, prefix = 'dl:' } = options;
  const keyOf = createKeys(prefix);
  const connection = connect(options);
  try {
    await connection.started;
  } catch (error) {
    connection.close();
    throw error;
  }
  return {
    transactions: createTransactionStore(connection, keyOf, clock),
    attempts: createAttemptStore(connection, keyOf),
    rates: createRateStore(connection, keyOf),
    outbox: createOutboxStore(connection, keyOf),
    providerShortLived: createProviderStore(connection, keyOf, clock),
    sweep: async () => 0,
    async ping() {
      await connection.examine();
      await connection.send('set', keyOf('ping', 'ping'), 1, 'px', PING_KEPT_MS);
    },
    clocks: [
      {
        store: 'Redis',
        async now() {
          const [seconds, microseconds] = [await connection.send('time')].flat().map(Number);
          return (seconds ?? Number.NaN) * 1000 + Math.floor((microseconds ?? 0) / 1000);
        },
      },
    ],
    close: connection.close,
  };
}
