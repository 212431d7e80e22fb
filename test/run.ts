/** `npm test`: the suites that can share a machine run two at a time, then those that need one to themselves. */
import { createRunner, type Run } from './support/run/runner.ts';

/** Each of these spawns processes, which start faster without coverage. */
const PROCESSES = ['test/cli', 'test/clients', 'test/deploy', 'test/plugin/pack.test.ts'];
/** These try each page in Chromium, and wait for it as long as they must. */
const BROWSER = ['test/browser'];
/** These hold limits of time or memory against the product. */
const ALONE = ['test/process', 'test/bench.test.ts'];
/** Likewise, on the embedded stores as on MongoDB and Redis. */
const ALONE_ON_BOTH = [
  'test/http/flow/account/notices-undelivered.test.ts',
  'test/http/flow/sign-in/indistinguishable.test.ts',
];

const SIDE_BY_SIDE: readonly Run[] = [
  {
    name: 'in this process, with coverage',
    command: ['c8', 'mocha', 'test', ...without([...PROCESSES, ...BROWSER, ...ALONE, ...ALONE_ON_BOTH])],
  },
  {
    name: 'on MongoDB and Redis',
    command: ['mocha', '--config', '.mocharc.servers.cjs', ...without(ALONE_ON_BOTH)],
  },
  { name: 'with processes', command: ['mocha', ...PROCESSES] },
  { name: 'in a browser', command: ['mocha', ...BROWSER] },
];

const ONE_BY_ONE: readonly Run[] = [
  { name: 'alone', command: ['mocha', ...ALONE, ...ALONE_ON_BOTH] },
  {
    name: 'alone, on MongoDB and Redis',
    command: ['mocha', '--require', './test/support/stores/on-servers.ts', ...ALONE_ON_BOTH],
  },
];

/** More would share processors with what they start: servers and password hashes. */
const AT_ONCE = 2;

/** The options that make mocha skip these paths. A pattern that matches no file does nothing. */
function without(paths: readonly string[]): string[] {
  return paths.flatMap((path) => ['--ignore', path.endsWith('.ts') ? path : `${path}/**`]);
}

const runner = createRunner((part) => process.stdout.write(part), process.stdout.isTTY ? ['--color'] : []);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => runner.interrupt(signal));

const areTogetherWell = await runner.execute(SIDE_BY_SIDE, AT_ONCE);
const areAloneWell = await runner.execute(ONE_BY_ONE, 1);
process.stdout.write(runner.failures());
if (!areTogetherWell || !areAloneWell) process.exitCode = 1;
