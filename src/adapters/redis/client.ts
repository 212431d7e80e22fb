/** Creates the client of one server, of servers behind sentinels, or of a cluster, with the same time limits. */
import { Cluster, Redis, type RedisOptions } from 'ioredis';

export type Client = Redis | Cluster;

/** Where Redis is: exactly one is given. */
export interface RedisAddress {
  /** `redis://` or `rediss://`, with user, password and database where there are any. */
  readonly uri?: string | null;
  /** `name`, `nodes` (each `host:port`) and, where there is one, the servers' `password`. */
  readonly sentinel?: Readonly<Record<string, unknown>> | null;
  /** Some nodes, each `host:port`. */
  readonly cluster?: readonly string[] | null;
}

/** In milliseconds: how long a command may take, and whoever waits for it in all. A page follows within a second. */
export const PATIENCE_MS = 900;
/** In milliseconds: a connection that is silent for this long with commands under way is given up. */
const SILENCE_MS = 2000;
const LONGEST_RECONNECT_WAIT_MS = 1000;
const KEEP_ALIVE_MS = 10_000;
/** In milliseconds: how long a server has to agree that a connection ends. */
const GOODBYE_MS = 500;

const RULES = {
  commandTimeout: PATIENCE_MS,
  connectTimeout: PATIENCE_MS,
  socketTimeout: SILENCE_MS,
  keepAlive: KEEP_ALIVE_MS,
  connectionName: 'doublelock',
  disableClientInfo: true,
  // A command under way when a connection breaks fails at once, and a caller that still waits sends it again. The client
  // would send it after any time, when others have long gone on from the failure.
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  // A primary that has become a replica: where its address leads now is another server.
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
} satisfies RedisOptions;

const SINGLE = {
  ...RULES,
  enableOfflineQueue: false,
  disconnectTimeout: GOODBYE_MS,
  retryStrategy: (times: number) => Math.min(50 * times, LONGEST_RECONNECT_WAIT_MS),
} satisfies RedisOptions;

interface Node {
  readonly host: string;
  readonly port: number;
}

function nodeOf(url: string): Node {
  const colon = url.lastIndexOf(':');
  return { host: url.slice(0, colon), port: Number(url.slice(colon + 1)) };
}

function sentinelOptions({ name, nodes, password }: Readonly<Record<string, unknown>>) {
  if (typeof name !== 'string' || !Array.isArray(nodes)) {
    throw new TypeError('sentinel needs a name and nodes');
  }
  return {
    name,
    sentinels: nodes.map((node) => nodeOf(String(node))),
    sentinelCommandTimeout: PATIENCE_MS,
    password: typeof password === 'string' ? password : undefined,
  } satisfies RedisOptions;
}

export function createClient({ uri, sentinel, cluster }: RedisAddress): Client {
  if (cluster) {
    return new Cluster(cluster.map(nodeOf), {
      enableOfflineQueue: false,
      slotsRefreshTimeout: PATIENCE_MS,
      redisOptions: RULES,
    });
  }
  if (sentinel) return new Redis({ ...SINGLE, ...sentinelOptions(sentinel) });
  if (uri) return new Redis(uri, SINGLE);
  throw new TypeError('one of uri, sentinel and cluster is needed');
}
