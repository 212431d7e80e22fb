/** Starts servers that kill themselves within a request, one after the other on the same stores and at one address. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEmbeddedAccounts } from '../../../src/adapters/embedded/open.ts';
import { openMongoAccounts } from '../../../src/adapters/mongo/open.ts';
import type { Stores } from '../../../src/compose/parts.ts';
import type { Enrolment } from '../../../src/domain/enrolment/enrolment.ts';
import type { Yaml } from '../../support/app.ts';
import { needs } from '../../support/needs.ts';
import type { Page } from '../../support/pages/page.ts';
import { type Balancer, startBalancer } from '../../support/process/balancer.ts';
import { makeDataDir, removeDataDir } from '../../support/stores/embedded.ts';
import { mongoServer } from '../../support/stores/mongo-server.ts';
import { type RedisServer, startRedisServer } from '../../support/stores/redis-server.ts';
import { createVisitor, type Visitor } from '../../support/visitor.ts';
import { type Program, programs } from '../program.ts';

/** The header that says after how many acts that write the process ends. */
export const DIE_AFTER = 'x-die-after';
/** The variable that names a file: the process opens its stores once it is there. */
export const MAY_OPEN = 'MAY_OPEN';

const SERVER = [process.execPath, '--require', './preload.cjs', 'test/process/killed/server.ts'];

/** The stores of a server. */
interface StoresOfServer {
  /** The variables that lead a process to them; none: they are in its folder. */
  environment(): Readonly<Record<string, string>>;
  open(dataDir: string): Promise<Accounts>;
}

type Accounts = Pick<Stores, 'accounts' | 'enrolments' | 'audit' | 'close'>;

/** Called in a `describe`: the stores of its processes, on this disk. A process opens them when the last one is dead. */
function embedded(): StoresOfServer {
  return { environment: () => ({}), open: async (dataDir) => openEmbeddedAccounts({ dataDir }) };
}

/** Called in a `describe`: servers of its own. */
function onServers(): StoresOfServer {
  const { 'redis-server': program } = needs('redis-server');
  const mongo = mongoServer();
  let redis: RedisServer | null = null;
  before(async () => {
    redis = await startRedisServer({ program });
  });
  after(() => redis?.kill());
  return {
    environment: () => ({ MONGODB_URI: mongo().uri, REDIS_URL: redis?.url ?? '' }),
    open: () => openMongoAccounts({ uri: mongo().uri }),
  };
}

export const STORES = { 'embedded stores': embedded, 'MongoDB and Redis': onServers } as const;

export interface KilledServers {
  readonly balancer: Balancer;
  visitor(): Visitor;
  /** The names of the audit lines of this person, the oldest first. */
  auditOf(email: string): Promise<string[]>;
  /** The stored enrolments of this person. */
  enrolmentsOf(email: string): Promise<readonly Enrolment[]>;
  /**
   * Makes a request with the header for this number of acts that write. When the process died in it, another one is there
   * afterwards, and the result is null. Otherwise the result is the answer: the request needs fewer acts.
   */
  dyingAfter(acts: number, request: (headers: Record<string, string>) => Promise<Page>): Promise<Page | null>;
}

interface Spare {
  readonly started: Promise<Program>;
  open(): void;
}

/** Called in a `describe`. */
export function killedServers(
  storesOf: () => StoresOfServer,
  config: () => Promise<Yaml>,
): () => KilledServers {
  const { start } = programs(after);
  const stores = storesOf();
  let balancer: Balancer;
  let folder: string;
  let dataDir: string;
  let launched = 0;
  let change: Yaml;
  let accounts: Accounts;
  let program: Program;
  let spare: Spare;

  /** Starts the process that follows, which waits until it may open the stores. */
  function launch(): Spare {
    launched += 1;
    const mayOpen = join(folder, `may-open-${launched}`);
    const env = { ...stores.environment(), [MAY_OPEN]: mayOpen };
    const started = start({ config: change, dataDir, env, command: SERVER });
    // It may be ended before anybody needs it.
    started.catch(() => {});
    return { started, open: () => writeFileSync(mayOpen, '') };
  }

  async function next(): Promise<void> {
    spare.open();
    program = await spare.started;
    balancer.leadTo([program.port]);
    spare = launch();
  }

  before(async () => {
    folder = makeDataDir();
    dataDir = makeDataDir();
    balancer = await startBalancer(1);
    change = { issuer: balancer.origin, ...(await config()) };
    spare = launch();
    await next();
    accounts = await stores.open(dataDir);
  });
  after(async () => {
    balancer?.close();
    await accounts?.close();
    removeDataDir(dataDir);
    removeDataDir(folder);
  });

  const idOf = async (email: string) => (await accounts.accounts.findByEmail(email))?.id ?? '';

  return () => ({
    balancer,
    enrolmentsOf: async (email) => accounts.enrolments.listByAccount(await idOf(email)),
    visitor: () => createVisitor(balancer.origin, { stopAt: 'http://rp.test' }),
    async auditOf(email) {
      const lines = await accounts.audit.list({ accountId: await idOf(email), limit: 100 });
      return lines.map(({ event }) => event).reverse();
    },
    async dyingAfter(acts, request) {
      const answer = await request({ [DIE_AFTER]: String(acts) }).catch((error: Error) => error);
      if (!(answer instanceof Error)) return answer;
      const { signal } = await program.ended;
      if (signal !== 'SIGKILL') throw answer;
      await next();
      return null;
    },
  });
}
