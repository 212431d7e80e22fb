/**
 * A whole server for one test: real stores in a folder of its own, real HTTP, and a clock that the test moves. In the run
 * on MongoDB and Redis it is two instances that share nothing but these, and each request goes to either.
 */
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stringify } from 'yaml';
import { createPasswordHasher } from '../../src/adapters/system/password-hasher.ts';
import { createLogouts, type Logouts } from '../../src/compose/logouts.ts';
import { openParts, type Parts, type Stores } from '../../src/compose/parts.ts';
import { createSenders } from '../../src/compose/senders.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/shape.ts';
import { BUILT_METHODS } from '../../src/domain/methods/index.ts';
import { startServer } from '../../src/http/server/lifecycle.ts';
import type { Logger } from '../../src/ports/log.ts';
import { createServer, type Handler, type Serve } from '../../src/server.ts';
import { anyOf, createChance } from './chance.ts';
import { createRelyingParty, type RelyingParty } from './hosts/relying-party.ts';
import { databaseAccess } from './stores/database-access.ts';
import { makeDataDir, removeDataDir } from './stores/embedded.ts';
import { withDatabase } from './stores/mongo.ts';
import { createSettableClock, type SettableClock } from './time/clock.ts';
import { eventually } from './time/eventually.ts';
import { createVisitor, type Visitor, type VisitorOptions } from './visitor.ts';

export type Yaml = Readonly<Record<string, unknown>>;

export const PASSWORD = 'correct horse battery staple';
export const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
export const CLIENT_SECRET = 'a-secret-of-more-than-thirty-two-characters';

/** The seed of the choice among instances. */
const SEED = 25;

/** Nobody listens there: the visitor stops at it. */
export const CALLBACK = 'http://rp.test/callback';

export interface App {
  readonly origin: string;
  readonly clock: SettableClock;
  /** The parts of the first instance. */
  readonly parts: Parts;
  readonly config: Config;
  visitor(options?: VisitorOptions): Visitor;
  relyingParty(clientId?: string): Promise<RelyingParty>;
  /** As SIGHUP does it. */
  reload(change: Yaml): Promise<void>;
  /** Resolves when every instance reaches its stores. */
  storesBack(): Promise<void>;
  /** Those of every instance, for good. */
  closeStores(): Promise<void>;
  stop(): Promise<void>;
}

const tenant = (id: string, secondFactor: Yaml, more: Yaml = {}): Yaml => ({
  id,
  name: id,
  support: { email: `help@${id}.test` },
  second_factor: { methods: ['totp'], set_up_proof: 'none', ...secondFactor },
  ...more,
});

const account = (name: string, tenantId: string, more: Yaml = {}): Yaml => ({
  email: `${name}@${tenantId}.test`,
  tenant: tenantId,
  name,
  password: PASSWORD,
  ...more,
});

const totp = { factors: [{ method: 'totp', secret: SECRET }] };

const client = (id: string, more: Yaml = {}): Yaml => ({
  client_id: id,
  client_secret: CLIENT_SECRET,
  redirect_uris: [CALLBACK],
  first_party: true,
  ...more,
});

/**
 * Clients: `rp` has refresh tokens with `offline_access` only, and every other first-party client has them bound to its
 * session. Three tenants: `open` (optional), `strict` (required), `plain` (off). In each a member without a factor (`new`), one
 * with an authenticator app (`app`), and an administrator (`boss`).
 */
export function standardConfig(): Record<string, unknown> & {
  tenants: Yaml[];
  clients: Yaml[];
  accounts: Yaml[];
} {
  const tenants = ['open', 'strict', 'plain'];
  return {
    tenants: [
      tenant('open', { enforcement: 'optional' }),
      tenant('strict', {
        enforcement: 'required',
        message: { en: 'Because of the audit.', nl: 'Wegens de audit.' },
      }),
      tenant('plain', { enforcement: 'off', methods: [] }),
    ],
    clients: [
      // Its refresh tokens show what ends them beside the end of the session.
      client('rp', { refresh_tokens: 'offline' }),
      client('rp2'),
      client('always', { second_factor: 'always' }),
      client('strict-only', { tenant: 'strict' }),
      client('third', { first_party: false }),
      { client_id: 'spa', redirect_uris: ['http://127.0.0.1:9/spa'], first_party: true },
    ],
    accounts: tenants.flatMap((id) => [
      account('new', id),
      account('app', id, totp),
      account('boss', id, { role: 'admin' }),
    ]),
  };
}

export interface AppOptions {
  readonly config?: Yaml;
  readonly clock?: SettableClock;
  /** Kept after `stop`, for another start. */
  readonly dataDir?: string;
  /** Puts something between each instance and its stores. */
  readonly around?: (stores: Stores) => Stores;
  /** The host of the issuer. The default is an IP address, at which browsers make no passkeys. */
  readonly hostname?: 'localhost';
  /** Takes the log of every instance. */
  readonly logger?: Logger;
}

export async function startApp(options: AppOptions = {}): Promise<App> {
  const dataDir = options.dataDir ?? makeDataDir();
  const clock = options.clock ?? createSettableClock(Date.now());
  const server = await startServer({
    handler: (_, response) => response.end(),
    host: '127.0.0.1',
    port: 0,
    log: () => {},
  });
  const origin = `http://${options.hostname ?? '127.0.0.1'}:${server.port}`;
  let yaml: Yaml = { ...standardConfig(), issuer: origin, storage: storageOf(dataDir), ...options.config };
  let config: Config;
  let parts: Parts;
  let instances: readonly Serve[];
  const allStores: Stores[] = [];
  const allLogouts: Logouts[] = [];
  const allSeedings: Parts['seeding'][] = [];
  try {
    config = load(yaml, dataDir);
    parts = await open();
    const ready = async () => ({ ready: true }) as const;
    instances = [parts, ...(isOnServers() ? [await open()] : [])].map((each) => createServer(each, ready));
    await server.swap(await handler());
  } catch (error) {
    // A listening server would keep the test run from ending.
    await stop();
    throw error;
  }

  async function open(): Promise<Parts> {
    const opened = await openParts(config);
    const stores = options.around?.(opened.stores) ?? opened.stores;
    allStores.push(stores);
    allSeedings.push(opened.seeding);
    const { random, metrics } = opened;
    const logger = options.logger ?? opened.logger;
    const senders = createSenders({ stores, clock, random, logger });
    // A wrong password is refused at once: tests give many.
    const hasher = createPasswordHasher({ concurrency: 2, queueLimit: 200, refusalMs: 0 });
    const logouts = createLogouts({ stores, clock, logger, metrics });
    allLogouts.push(logouts);
    return { ...opened, stores, clock, logger, senders, logouts, hasher };
  }

  /** Sends each request to any of the instances, which begin one after the other. */
  async function handler(): Promise<Handler> {
    const handlers: Handler[] = [];
    for (const serve of instances) handlers.push(await serve(config));
    const chance = createChance(SEED);
    return (request, response) => anyOf(handlers, chance)(request, response);
  }

  async function closeStores(): Promise<void> {
    await Promise.all(allStores.map((stores) => stores.close()));
  }

  async function stop(): Promise<void> {
    await server.stop({ deadlineMs: 1000 });
    await Promise.all([
      ...allLogouts.map((logouts) => logouts.close(0)),
      ...allSeedings.map((each) => each.stop()),
    ]);
    await closeStores();
    if (options.dataDir) return;
    // Apps have one Redis after the other, and what one has counted is none of the next one's business.
    if (isOnServers() && allStores.length > 0) await databaseAccess(config).loseShortLived();
    removeDataDir(dataDir);
  }

  return {
    origin,
    clock,
    parts,
    get config() {
      return config;
    },
    visitor: (visitorOptions) => createVisitor(origin, { stopAt: 'http://rp.test', ...visitorOptions }),
    relyingParty: (clientId = 'rp') =>
      createRelyingParty({ issuer: origin, clientId, clientSecret: CLIENT_SECRET, redirectUri: CALLBACK }),
    async reload(change) {
      yaml = { ...yaml, ...change };
      config = load(yaml, dataDir);
      await server.swap(await handler());
    },
    async storesBack() {
      await Promise.all(allStores.map((stores) => eventually(stores.ping)));
    },
    closeStores,
    stop,
  };
}

function isOnServers(): boolean {
  return process.env.TEST_STORES === 'mongo-redis';
}

/** Embedded, or the servers that the run on MongoDB and Redis has started: apps with a folder in common share stores. */
function storageOf(dataDir: string): Yaml {
  if (!isOnServers()) return { data_dir: dataDir };
  const { MONGODB_URI: mongo = '', REDIS_URL: redis = '' } = process.env;
  const uri = withDatabase(mongo, basename(dataDir));
  return {
    data_dir: dataDir,
    accounts: { driver: 'mongo', uri },
    short_lived: { driver: 'redis', uri: redis },
  };
}

function load(yaml: Yaml, folder: string): Config {
  const file = join(folder, 'config.yaml');
  writeFileSync(file, stringify(yaml));
  return loadConfig({ file, env: { LOG_LEVEL: 'silent' }, cwd: folder, availableMethods: BUILT_METHODS });
}
