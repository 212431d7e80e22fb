/** Takes the stores of an app away, and gives them back. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { App } from '../app.ts';
import { skipAloud } from '../needs.ts';
import { startTcpProxy, type TcpProxy } from '../process/tcp-proxy.ts';

export const STORES = ['accounts', 'short-lived'] as const;
export type StoreName = (typeof STORES)[number];

export interface Outage {
  /** For a suite's `before`, ahead of its app: on servers the way to them leads through proxies from now on. */
  prepare(this: Mocha.Context): Promise<void>;
  /** An embedded store cannot be written meanwhile, one on a server cannot be reached; afterwards all are back. */
  during<T>(app: App, away: readonly StoreName[], work: () => Promise<T>): Promise<T>;
  /** For its `after`, when the app has stopped. */
  end(): Promise<void>;
}

const VARIABLES = { accounts: 'MONGODB_URI', 'short-lived': 'REDIS_URL' } as const;
/** One server on this machine: of several, each would tell the addresses of all, past the proxy. */
const ONE_SERVER =
  /^(?<before>[a-z]+:\/\/(?:[^@/]*@)?)(?:127\.0\.0\.1|localhost):(?<port>\d+)(?<after>(?:\/.*)?)$/;
const LACK = 'needs MONGODB_URI and REDIS_URL to name one server each, on this machine';

export function createOutage(): Outage {
  const proxies = new Map<
    StoreName,
    { readonly proxy: TcpProxy; readonly port: number; readonly uri: string }
  >();

  async function cutOff<T>(app: App, away: readonly StoreName[], work: () => Promise<T>): Promise<T> {
    const ways = away.map((name) => proxies.get(name) ?? fail(name));
    for (const { proxy } of ways) {
      proxy.leadTo(0);
      proxy.breakAll();
    }
    try {
      return await work();
    } finally {
      for (const { proxy, port } of ways) proxy.leadTo(port);
      await app.storesBack();
    }
  }

  return {
    async prepare() {
      if (process.env.TEST_STORES !== 'mongo-redis') return;
      for (const name of STORES) {
        const uri = process.env[VARIABLES[name]] ?? '';
        const { before, port, after } = ONE_SERVER.exec(uri)?.groups ?? {};
        if (!port || uri.includes('replicaSet=')) return skipAloud(this, LACK);
        const proxy = await startTcpProxy(Number(port));
        proxies.set(name, { proxy, port: Number(port), uri });
        process.env[VARIABLES[name]] = `${before}127.0.0.1:${proxy.port}${after}`;
      }
    },
    during: (app, away, work) => (proxies.size > 0 ? cutOff : locked)(app, away, work),
    async end() {
      for (const [name, { proxy, uri }] of proxies) {
        process.env[VARIABLES[name]] = uri;
        await proxy.close();
      }
      proxies.clear();
    },
  };
}

function fail(name: StoreName): never {
  throw new Error(`nothing stands before ${name}`);
}

/** By another process at the same files, which holds the lock that every write needs. */
async function locked<T>(app: App, away: readonly StoreName[], work: () => Promise<T>): Promise<T> {
  const { dataDir } = app.config.storage;
  const others = away.map((name) => new DatabaseSync(join(dataDir, `${name}.sqlite`)));
  for (const each of others) each.exec('BEGIN IMMEDIATE');
  try {
    return await work();
  } finally {
    for (const each of others) each.close();
  }
}
