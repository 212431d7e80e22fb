/** An application that a test starts: a process of its own, ended with everything that it has started. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from '../../support/time/eventually.ts';

export interface ProgramOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Beside `PATH` and `HOME`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Answers, with any status, once the program is ready. */
  readonly readyUrl: string;
  readonly withinMs?: number;
}

export interface Program {
  /** Everything that it has written so far. */
  readonly output: string;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 30_000;

export async function startProgram(options: ProgramOptions): Promise<Program> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: { PATH, HOME, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that its children end with it.
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => {
      output += part.toString();
    });
  let fault: Error | null = null;
  child.once('error', (error) => {
    fault = error;
  });
  // Also when the run of the tests ends early.
  const endGroup = () => void (isRunning(child) && child.pid && process.kill(-child.pid, 'SIGKILL'));
  process.once('exit', endGroup);

  async function stop(): Promise<void> {
    process.off('exit', endGroup);
    if (!isRunning(child)) return;
    const ended = once(child, 'exit');
    endGroup();
    await ended;
  }

  const deadline = performance.now() + (options.withinMs ?? READY_WITHIN_MS);
  while (isRunning(child) && fault === null && performance.now() < deadline) {
    const isReady = await eventually(() => fetch(options.readyUrl, { redirect: 'manual' }), 100).then(
      () => true,
      () => false,
    );
    if (isReady)
      return {
        get output() {
          return output;
        },
        stop,
      };
  }
  await stop();
  throw new Error(`${options.command} ${options.args.join(' ')} is not ready: ${fault ?? output}`);
}

function isRunning({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null;
}
