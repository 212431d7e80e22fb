/** npm start: load the configuration, listen, reload on SIGHUP, stop cleanly on SIGTERM. */
import { pathToFileURL } from 'node:url';
import { openParts, startUpkeep, trailOf } from './assemble.ts';
import type { Config } from './config/shape.ts';
import { ConfigFaults, loadConfig, readEnvironment } from './config.ts';
import { CATALOGUE } from './domain/methods/index.ts';
import { startServer } from './http/lifecycle.ts';
import { createServer, type Readiness } from './server.ts';

/** Answers that are under way get this long when the process is told to stop. */
const STOP_WITHIN_MS = 4000;

function load(): Config {
  return loadConfig({ env: readEnvironment(), cwd: process.cwd(), availableMethods: CATALOGUE });
}

/** Runs the server until it is told to stop. Throws when it can't start; nothing is left open then. */
export async function start(): Promise<void> {
  const config = load();
  const parts = await openParts(config);
  const { logger, stores } = parts;
  let stopping = false;
  const readiness: Readiness = async () => {
    if (stopping) return { ready: false, reason: 'the server is stopping' };
    return stores.ping().then(
      () => ({ ready: true as const }),
      () => ({ ready: false as const, reason: 'a store does not answer' }),
    );
  };

  for (const warning of config.warnings) logger.warn({ event: 'config.warning', reason: warning });
  const serve = createServer(parts, readiness);
  const server = await startServer({ handler: await serve(config), ...config.listen, log: logger.info });
  const stopUpkeep = startUpkeep(config, parts);
  announce(config);

  process.on('SIGHUP', reload);
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);

  /** A faulty file changes nothing: its faults are listed, and the running configuration stays. */
  async function reload(): Promise<void> {
    try {
      const next = load();
      await server.swap(await serve(next));
      await trailOf(parts, logger.info)({ event: 'config.reloaded' });
    } catch (error) {
      const reason = error instanceof ConfigFaults ? error.message : 'the configuration could not be loaded';
      logger.error({ event: 'config.refused', reason, ...(error instanceof ConfigFaults ? {} : { error }) });
    }
  }

  async function stop(): Promise<void> {
    if (stopping) return;
    stopping = true;
    await server.stop({ deadlineMs: STOP_WITHIN_MS });
    await stopUpkeep();
    stores.close();
    process.exitCode = 0;
  }
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

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  start().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
