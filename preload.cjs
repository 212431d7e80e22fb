/** Loaded before anything else: refuses a Node.js that cannot run the sources, and sizes its thread pool. */
const { availableParallelism } = require('node:os');

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 7)) {
  console.error(
    `Doublelock needs Node.js 24.7 or newer and this is ${process.version}: run "npm install", which brings one.`,
  );
  process.exit(1);
}

// Password hashes fill the pool: more threads than cores only make each sign-in wait longer (measured).
process.env.UV_THREADPOOL_SIZE ??= String(availableParallelism());
