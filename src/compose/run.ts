/** npm start: load the configuration, listen, reload on SIGHUP, stop cleanly on SIGTERM. */
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { ConfigFaults, loadConfig, readEnvironment } from '../config/load.ts';
import type { Config } from '../config/shape.ts';
import { BUILT_METHODS } from '../domain/methods/index.ts';
import { createMetricsHandler } from '../http/ops/metrics-server.ts';
import { type RunningServer, type ServerOptions, startServer } from '../http/server/lifecycle.ts';
import { KeysRefused } from '../use-cases/keys/admission.ts';
import { createServer, type Readiness } from './handler.ts';
import { startReencryption } from './keys.ts';
import { auditLogOf, openParts, type Parts, secretsOf, startUpkeep } from './parts.ts';

/** Answers that are under way get this long, in milliseconds, once no connection is taken any more. */
const STOP_WITHIN_MS = 3500;
/** And mails that are under way this long, in milliseconds. */
const SEND_WITHIN_MS = 800;
/** Milliseconds in which a balancer that asks is told so before: readiness goes first, then the listener. */
const NOTICE_MS = 500;
/** How often it is looked, in milliseconds, whether who started us is still there. */
const PARENT_EVERY_MS = 250;

/** What a process has from its start on. A reload leaves it as it is, and says so. */
const FROM_THE_START: Readonly<Record<string, (config: Config) => unknown>> = {
  'listen.host': ({ listen }) => listen.host,
  'listen.port': ({ listen }) => listen.port,
  'metrics.port': ({ metrics }) => metrics.port,
  storage: ({ storage }) => storage,
  LOG_LEVEL: ({ logLevel }) => logLevel,
};

function load(): Config {
  return loadConfig({ env: readEnvironment(), cwd: process.cwd(), availableMethods: BUILT_METHODS });
}

/** Runs the server until it is told to stop. Throws when it can't start; nothing is left open then. */
export async function start(): Promise<void> {
  const begun = Promise.withResolvers<void>();
  let reloaded = begun.promise;
  let isWaiting = false;
  // Before anything else: a signal that nobody takes would end the process.
  process.on('SIGHUP', () => {
    // Which has not read the file yet.
    if (isWaiting) return;
    isWaiting = true;
    // One after the other: what was read first must not come into force last.
    reloaded = reloaded.then(() => {
      isWaiting = false;
      return reload();
    });
  });
  const config = load();
  const parts = await openParts(config);
  const { logger, stores, senders } = parts;
  let stopping = false;
  const readiness: Readiness = async () => {
    if (stopping) return { ready: false, reason: 'the server is stopping' };
    return stores.ping().then(
      () => ({ ready: true as const }),
      (error: unknown) => {
        // Anybody may ask: which one, and why, is for the log alone.
        logger.error({ event: 'store.unavailable', error });
        return { ready: false as const, reason: 'a store does not answer' };
      },
    );
  };

  for (const warning of config.warnings) logger.warn({ event: 'config.warning', reason: warning });
  const serve = createServer(parts, readiness);
  const { secrets, server, metricsServer } = await begin().catch(async (error: unknown) => {
    await senders.close(0);
    await stores.close();
    throw error;
  });
  let stopUpkeep = startUpkeep(config, parts);
  let stopReencryption = startReencryption(secrets, parts);

  process.on('SIGTERM', () => stop(NOTICE_MS));
  process.on('SIGINT', () => stop(0));
  // npm's shell passes no signal on, and would leave us behind.
  if (readEnvironment().npm_lifecycle_event) whenOrphaned(() => stop(0));
  // Last of all: who reads it may send a signal at once.
  announce(config);
  begun.resolve();

  async function begin() {
    const { handler, secrets } = await prepare(config);
    const server = await listen({ handler, ...config.listen, log: logger.info }, 'PORT');
    try {
      return { secrets, server, metricsServer: await listenForMetrics(config, parts) };
    } catch (error) {
      await server.stop({ deadlineMs: 0 });
      throw error;
    }
  }

  /** Secrets are read once: what answers requests and what seals anew must have the same. */
  async function prepare(read: Config) {
    const secrets = secretsOf(read);
    return { secrets, handler: await serve({ ...read, secrets }) };
  }

  /** A faulty file changes nothing: its faults are listed, and the running configuration stays. */
  async function reload(): Promise<void> {
    try {
      const read = load();
      const next = { ...read, storage: config.storage, metrics: config.metrics };
      const { handler, secrets } = await prepare(next);
      // The old handler ends its own requests; nobody waits for that.
      void server.swap(handler);
      await Promise.all([stopUpkeep(), stopReencryption()]);
      stopUpkeep = startUpkeep(next, parts);
      stopReencryption = startReencryption(secrets, parts);
      const restarts = Object.entries(FROM_THE_START)
        .filter(([, of]) => !isDeepStrictEqual(of(read), of(config)))
        .map(([setting]) => `${setting} has changed, and stays as it was until the server is started again`);
      for (const reason of [...next.warnings, ...restarts]) logger.warn({ event: 'config.warning', reason });
      await auditLogOf(parts, logger.info)({ event: 'config.reloaded' });
    } catch (error) {
      const isTold = error instanceof ConfigFaults || error instanceof KeysRefused;
      const reason = isTold ? error.message : 'the configuration could not be loaded';
      logger.error({ event: 'config.refused', reason, ...(isTold ? {} : { error }) });
    }
  }

  async function stop(noticeMs: number): Promise<void> {
    if (stopping) return;
    stopping = true;
    await pause(noticeMs);
    await server.stop({ deadlineMs: STOP_WITHIN_MS });
    await metricsServer?.stop({ deadlineMs: 0 });
    await Promise.all([stopUpkeep(), stopReencryption()]);
    await senders.close(SEND_WITHIN_MS);
    await stores.close();
    // What was cut off may still wait for its hash, or for another server.
    process.exit(0);
  }
}

/** Null where the metrics are beside the pages. */
async function listenForMetrics(
  { listen: { host }, metrics }: Config,
  parts: Parts,
): Promise<RunningServer | null> {
  if (metrics.port === null) return null;
  const handler = createMetricsHandler(parts.metrics);
  return listen({ handler, host, port: metrics.port, log: parts.logger.info }, 'metrics.port');
}

/** Rejects with a line for who gave the address. `setting` is where its port was set. */
async function listen(options: ServerOptions, setting: string): Promise<RunningServer> {
  try {
    return await startServer(options);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code !== 'EADDRINUSE') throw error;
    throw new Error(
      `port ${options.port} of ${options.host} is in use: stop what listens there, or set ${setting} to another one`,
    );
  }
}

function whenOrphaned(then: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) then();
  }, PARENT_EVERY_MS).unref();
}

/** Tells where everything is; the accounts of the built-in demo are no secret to anybody. */
function announce({ issuer, environment, isBuiltInDemo, accounts }: Config): void {
  const lines = [`Doublelock is at ${issuer}`];
  if (environment === 'development')
    lines.push(`  demo relying parties  ${issuer}/demo`, `  outbox                ${issuer}/dev/outbox`);
  lines.push(`  health                ${issuer}/health/ready`);
  if (isBuiltInDemo) {
    lines.push('  demo accounts:');
    for (const { email, password, tenantId } of accounts)
      lines.push(`    ${email}  ${password}  (${tenantId})`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}
