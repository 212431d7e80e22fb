/** Runs the server: loads the configuration, listens, reloads on SIGHUP and stops on SIGTERM. */
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { ConfigFaults, loadConfig, readEnvironment } from '../config/load.ts';
import type { Config } from '../config/shape.ts';
import { BUILT_METHODS } from '../domain/methods/index.ts';
import { createMetricsHandler } from '../http/ops/metrics-server.ts';
import { type RunningServer, type ServerOptions, startServer } from '../http/server/lifecycle.ts';
import { inWords } from '../jobs/clock-watch.ts';
import { KeysRefused } from '../use-cases/keys/admission.ts';
import type { Readiness } from './composition.ts';
import { eventLogOf } from './events.ts';
import { startReencryption } from './keys.ts';
import { openParts, type Parts, passwordWarnings, secretsOf, startUpkeep } from './parts.ts';
import { createServer } from './server.ts';

/** Milliseconds for answers in progress, after the listener has closed. */
const STOP_WITHIN_MS = 3500;
/** Milliseconds for mails, notices and spans in progress. */
const SEND_WITHIN_MS = 800;
/** Milliseconds between the end of readiness and the end of the listener, so that a load balancer notices. */
const NOTICE_MS = 500;
/** Milliseconds between two checks whether the parent process still runs. */
const PARENT_EVERY_MS = 250;

/** Settings that a reload does not change. It logs a warning instead. */
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

/** Runs the server until a signal stops it. Rejects when it can't start, with everything closed. */
export async function start(): Promise<void> {
  const begun = Promise.withResolvers<void>();
  let reloaded = begun.promise;
  let isWaiting = false;
  // First of all, because an unhandled signal would end the process.
  process.on('SIGHUP', () => {
    // The reload that is waiting has not read the file yet.
    if (isWaiting) return;
    isWaiting = true;
    // One after the other, so that the newest configuration takes effect last.
    reloaded = reloaded.then(() => {
      isWaiting = false;
      return reload();
    });
  });
  const config = load();
  const parts = await openParts(config, readEnvironment());
  const { logger, stores, senders, logouts, tracing, clockWatch, seeding } = parts;
  let stopping = false;
  const readiness: Readiness = async () => {
    if (stopping) return { ready: false, reason: 'the server is stopping' };
    const wrong = clockWatch.wrong();
    if (wrong) return { ready: false, reason: inWords(wrong) };
    return stores.ping().then(
      () => ({ ready: true as const }),
      (error: unknown) => {
        // The answer is public, so the store and the error appear only in the log.
        logger.error({ event: 'store.unavailable', error });
        return { ready: false as const, reason: 'a store does not answer' };
      },
    );
  };

  for (const warning of config.warnings) logger.warn({ event: 'config.warning', reason: warning });
  for (const warning of stores.warnings) logger.warn({ event: 'store.warning', reason: warning });
  const serve = createServer(parts, readiness);
  const { secrets, server, metricsServer } = await begin().catch(async (error: unknown) => {
    await Promise.all([senders.close(0), logouts.close(0), seeding.stop()]);
    await stores.close();
    throw error;
  });
  let stopUpkeep = startUpkeep(config, parts);
  let stopReencryption = startReencryption(secrets, parts);

  process.on('SIGTERM', () => stop(NOTICE_MS));
  process.on('SIGINT', () => stop(0));
  // npm's shell passes no signal on, so the process watches its parent.
  if (readEnvironment().npm_lifecycle_event) whenOrphaned(() => stop(0));
  // Last of all, because a reader of this output may send a signal at once.
  announce(config);
  begun.resolve();
  void warnOfPasswords(config);

  /** Beside the start, which does not wait for the lists of passwords. */
  async function warnOfPasswords(read: Config): Promise<void> {
    try {
      const warnings = await passwordWarnings(read);
      for (const reason of warnings) logger.warn({ event: 'config.warning', reason });
    } catch (error) {
      logger.warn({ event: 'config.warning', reason: 'the passwords of the file were not checked', error });
    }
  }

  async function begin() {
    await clockWatch.look();
    const { handler, secrets } = await prepare(config);
    const { host, port } = config.listen;
    const server = await listen({ handler, host, port, log: logger.info }, 'PORT');
    try {
      return { secrets, server, metricsServer: await listenForMetrics(config, parts) };
    } catch (error) {
      await server.stop({ deadlineMs: 0 });
      throw error;
    }
  }

  /** Reads the secrets once, so that requests and re-encryption use the same keys. */
  async function prepare(read: Config) {
    const secrets = secretsOf(read);
    const complete: Config = { ...read, secrets };
    return { secrets, handler: await serve(complete) };
  }

  /** Logs the faults of a faulty file and keeps the running configuration. */
  async function reload(): Promise<void> {
    try {
      const read = load();
      const next = { ...read, storage: config.storage, metrics: config.metrics };
      const { handler, secrets } = await prepare(next);
      // The old handler finishes its own requests in the background.
      void server.swap(handler);
      await Promise.all([stopUpkeep(), stopReencryption()]);
      stopUpkeep = startUpkeep(next, parts);
      stopReencryption = startReencryption(secrets, parts);
      const restarts = Object.entries(FROM_THE_START)
        .filter(([, of]) => !isDeepStrictEqual(of(read), of(config)))
        .map(([setting]) => `${setting} has changed, and stays as it was until the server is started again`);
      for (const reason of [...next.warnings, ...restarts]) logger.warn({ event: 'config.warning', reason });
      await eventLogOf(parts, null).append({ name: 'config.reloaded' });
      void warnOfPasswords(next);
    } catch (error) {
      const isTold = error instanceof ConfigFaults || error instanceof KeysRefused;
      const reason = isTold ? error.message : 'the configuration could not be loaded';
      const refusal = { event: 'config.refused', reason };
      logger.error(isTold ? refusal : { ...refusal, error });
    }
  }

  async function stop(noticeMs: number): Promise<void> {
    if (stopping) return;
    stopping = true;
    await pause(noticeMs);
    await server.stop({ deadlineMs: STOP_WITHIN_MS });
    await metricsServer?.stop({ deadlineMs: 0 });
    await Promise.all([stopUpkeep(), stopReencryption(), seeding.stop()]);
    await Promise.all([senders, logouts, tracing].map((each) => each?.close(SEND_WITHIN_MS)));
    await stores.close();
    // A request that was cut off may still wait for its hash or for another server.
    process.exit(0);
  }
}

/** Null when `/metrics` is served beside the pages. */
async function listenForMetrics(
  { listen: { host }, metrics }: Config,
  parts: Parts,
): Promise<RunningServer | null> {
  if (metrics.port === null) return null;
  const handler = createMetricsHandler(parts.metrics);
  return listen({ handler, host, port: metrics.port, log: parts.logger.info }, 'metrics.port');
}

/** Rejects with one line that names `setting`, in which the port is set. */
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

/** Prints the URLs, and the accounts of the built-in demo, whose passwords are public. */
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
