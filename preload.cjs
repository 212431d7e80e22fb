/** Loaded before anything else: refuses a Node.js that cannot run the sources, sizes its thread pool, keeps its work. */
const { enableCompileCache, flushCompileCache } = require('node:module');
const { availableParallelism } = require('node:os');
const { join } = require('node:path');

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 7)) {
  console.error(
    `Doublelock needs Node.js 24.7 or newer and this is ${process.version}: "npm install" brings one, for npm start, npx doublelock and node_modules/.bin/node.`,
  );
  process.exit(1);
}

// Password hashes fill the pool: as many threads as cores for them, since more only make each sign-in wait longer
// (measured), and one in which a sync of the disk does not stand behind them.
process.env.UV_THREADPOOL_SIZE ??= String(availableParallelism() + 1);

// Types are erased and code is compiled once for all starts: half the time until the next one is ready, and 25 MB less
// (measured). In a folder of our own, since code is run from it; where nothing can be written there, all is as before.
// Coverage is less precise with it.
const FLUSH_AFTER_MS = 5000;
if (!process.env.NODE_V8_COVERAGE) {
  enableCompileCache(join(__dirname, 'node_modules/.cache/doublelock'));
  setTimeout(flushCompileCache, FLUSH_AFTER_MS).unref();
}
