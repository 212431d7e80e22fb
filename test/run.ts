/** `npm test`: the suites that can share a machine run two at a time, then those that need one to themselves. */
import { type ChildProcess, spawn } from 'node:child_process';

interface Run {
  readonly name: string;
  readonly command: readonly [program: string, ...words: string[]];
}

/** Each of these spawns processes, which start faster without coverage. */
const PROCESSES = ['test/cli', 'test/clients', 'test/deploy', 'test/plugin/pack.test.ts'];
/** These hold limits of time or memory against the product, or try each page in a browser. */
const ALONE = ['test/process', 'test/browser', 'test/bench.test.ts'];
/** Likewise, on the embedded stores as on MongoDB and Redis. */
const ALONE_ON_BOTH = [
  'test/http/flow/account/notices-undelivered.test.ts',
  'test/http/flow/sign-in/indistinguishable.test.ts',
];

const SIDE_BY_SIDE: readonly Run[] = [
  {
    name: 'in this process, with coverage',
    command: ['c8', 'mocha', 'test', ...without([...PROCESSES, ...ALONE, ...ALONE_ON_BOTH])],
  },
  {
    name: 'on MongoDB and Redis',
    command: ['mocha', '--config', '.mocharc.servers.cjs', ...without(ALONE_ON_BOTH)],
  },
  { name: 'with processes', command: ['mocha', ...PROCESSES] },
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

const children = new Set<ChildProcess>();
let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    isInterrupted = true;
    for (const child of children) child.kill(signal);
  });
}

/** Writes the output of one run after the other: of the first that has not ended as it comes, of the others later. */
function createTurns() {
  const waiting: { text: Buffer[]; isOver: boolean }[] = [];

  function flush(): void {
    for (let first = waiting[0]; first; first = waiting[0]) {
      for (const part of first.text.splice(0)) process.stdout.write(part);
      if (!first.isOver) return;
      waiting.shift();
    }
  }

  return () => {
    const own = { text: [] as Buffer[], isOver: false };
    waiting.push(own);
    return {
      write(part: Buffer): void {
        own.text.push(part);
        flush();
      },
      end(): void {
        own.isOver = true;
        flush();
      },
    };
  };
}

const turn = createTurns();

/** Gives whether all was well. Runs of different `lane` use different ports (test/support/process/free-port.ts). */
async function execute({ name, command: [program, ...words] }: Run, lane: number): Promise<boolean> {
  const begun = performance.now();
  const output = turn();
  const colour = process.stdout.isTTY ? ['--color'] : [];
  output.write(Buffer.from(`\n# Suites ${name}\n`));
  const child = spawn(program, [...words, ...colour], {
    env: { ...process.env, TEST_LANE: String(lane) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  child.stdout.on('data', output.write);
  child.stderr.on('data', output.write);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  children.delete(child);
  const seconds = Math.round((performance.now() - begun) / 1000);
  output.write(Buffer.from(`# Suites ${name}: ${code === 0 ? 'passed' : 'FAILED'} after ${seconds} s\n`));
  output.end();
  return code === 0;
}

/** Gives whether all was well. A run that fails stops no other. */
async function executeAll(runs: readonly Run[], atOnce: number): Promise<boolean> {
  const left = [...runs];
  const lanes = Array.from({ length: atOnce }, async (_, lane) => {
    let isWell = true;
    for (let next = left.shift(); next && !isInterrupted; next = left.shift())
      isWell = (await execute(next, lane)) && isWell;
    return isWell && !isInterrupted;
  });
  return (await Promise.all(lanes)).every(Boolean);
}

const areTogetherWell = await executeAll(SIDE_BY_SIDE, AT_ONCE);
const areAloneWell = await executeAll(ONE_BY_ONE, 1);
if (!areTogetherWell || !areAloneWell) process.exitCode = 1;
