/**
 * The server on its real stores, as a process that kills itself. A request with the header `x-die-after: N` begins a count
 * of the acts that write to any store, and SIGKILL follows the N-th.
 */
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { openParts, type Stores } from '../../../src/compose/parts.ts';
import { createSenders } from '../../../src/compose/senders.ts';
import { loadConfig, readEnvironment } from '../../../src/config/load.ts';
import { BUILT_METHODS } from '../../../src/domain/methods/index.ts';
import { startServer } from '../../../src/http/server/lifecycle.ts';
import { createServer } from '../../../src/server.ts';
import { DIE_AFTER, MAY_OPEN } from './die-after.ts';

type Run = (...given: readonly unknown[]) => Promise<unknown>;

let actsLeft = Number.POSITIVE_INFINITY;

/** After a read the stores are as after the write before it. */
const READ = /^(find|list|page|read|peek|held|newest)/;

/** How often it is looked, in milliseconds, whether the stores may be opened. */
const LOOK_EVERY_MS = 10;

function mortal(run: Run): Run {
  return async (...given) => {
    const result = await run(...given);
    actsLeft -= 1;
    if (actsLeft <= 0) process.kill(process.pid, 'SIGKILL');
    return result;
  };
}

function mortalStores(stores: Stores): Stores {
  const entries = Object.entries<unknown>({ ...stores }).map(([store, acted]) => {
    // `close`, `ping`, `sweep` and `clocks` stand beside the stores.
    if (typeof acted !== 'object' || acted === null || Array.isArray(acted)) return [store, acted];
    const runs = Object.entries(acted as Readonly<Record<string, Run>>);
    return [store, Object.fromEntries(runs.map(([act, run]) => [act, READ.test(act) ? run : mortal(run)]))];
  });
  return Object.fromEntries(entries);
}

// Its modules are loaded while the process before it lives, which has the embedded stores for itself.
const mayOpen = process.env[MAY_OPEN];
while (mayOpen && !existsSync(mayOpen)) await pause(LOOK_EVERY_MS);
const config = loadConfig({ env: readEnvironment(), cwd: process.cwd(), availableMethods: BUILT_METHODS });
const opened = await openParts(config);
const stores = mortalStores(opened.stores);
const parts = { ...opened, stores, senders: createSenders({ ...opened, stores }) };
const serve = await createServer(parts, async () => ({ ready: true }))(config);
await startServer({
  ...config.listen,
  log: () => {},
  handler(request, response) {
    const after = Number(request.headers[DIE_AFTER]);
    if (after > 0) {
      actsLeft = after;
      response.once('finish', () => {
        actsLeft = Number.POSITIVE_INFINITY;
      });
    }
    return serve(request, response);
  },
});
process.stdout.write(`Doublelock is at ${config.issuer}\n`);
