/** Runs suites as processes, some of them side by side, and reports all failures together in the end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FAILURES_FILE, failureOfRun, readFailures } from './failures.ts';

export interface Run {
  readonly name: string;
  readonly command: readonly [program: string, ...words: string[]];
}

export interface Runner {
  /** Gives whether all was well. A run that fails stops no other. */
  execute(runs: readonly Run[], atOnce: number): Promise<boolean>;
  /** Passes the signal on, and begins no other run. */
  interrupt(signal: NodeJS.Signals): void;
  /** Every failure so far, with its run and its error. Empty when there is none. */
  failures(): string;
}

/** Characters of a run's output that are kept: more than its last lines. */
const KEPT_OUTPUT = 20_000;

export function createRunner(write: (part: Buffer) => void, words: readonly string[] = []): Runner {
  const children = new Set<ChildProcess>();
  const failed: string[] = [];
  const turn = createTurns(write);
  let isInterrupted = false;

  /** Gives whether all was well. Runs of different `lane` use different ports (test/support/process/free-port.ts). */
  async function executeOne({ name, command: [program, ...own] }: Run, lane: number): Promise<boolean> {
    const begun = performance.now();
    const folder = mkdtempSync(join(tmpdir(), 'doublelock-run-'));
    const file = join(folder, 'failures');
    const output = turn();
    let tail = '';
    output.write(Buffer.from(`\n# Suites ${name}\n`));
    const child = spawn(program, [...own, ...words], {
      env: { ...process.env, TEST_LANE: String(lane), [FAILURES_FILE]: file },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (part: Buffer) => {
        output.write(part);
        tail = `${tail}${part}`.slice(-KEPT_OUTPUT);
      });
    }
    const { code, signal } = await ended(child);
    children.delete(child);
    const isWell = code === 0;
    if (!isWell) {
      const how = code === null ? `ended by ${signal}` : `ended with code ${code}`;
      const named = readFailures(name, file);
      failed.push(...(named.length > 0 ? named : [failureOfRun(name, how, tail)]));
    }
    rmSync(folder, { recursive: true, force: true });
    const seconds = Math.round((performance.now() - begun) / 1000);
    output.write(Buffer.from(`# Suites ${name}: ${isWell ? 'passed' : 'FAILED'} after ${seconds} s\n`));
    output.end();
    return isWell;
  }

  return {
    async execute(runs, atOnce) {
      const left = [...runs];
      const lanes = Array.from({ length: atOnce }, async (_, lane) => {
        let isWell = true;
        for (let next = left.shift(); next && !isInterrupted; next = left.shift())
          isWell = (await executeOne(next, lane)) && isWell;
        return isWell && !isInterrupted;
      });
      return (await Promise.all(lanes)).every(Boolean);
    },
    interrupt(signal) {
      isInterrupted = true;
      for (const child of children) child.kill(signal);
    },
    failures() {
      if (failed.length === 0) return '';
      const numbered = failed.map((text, index) => `${index + 1}) ${text}\n`);
      return ['\n# Failures\n', ...numbered].join('\n');
    },
  };
}

function ended(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

/** Writes the output of one run after the other: of the first that has not ended as it comes, of the others later. */
function createTurns(write: (part: Buffer) => void) {
  const waiting: { text: Buffer[]; isOver: boolean }[] = [];

  function flush(): void {
    for (let first = waiting[0]; first; first = waiting[0]) {
      for (const part of first.text.splice(0)) write(part);
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
