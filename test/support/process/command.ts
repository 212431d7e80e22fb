/** The doublelock command as an operator runs it: a process of its own, without a terminal at which somebody answers. */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../../src/cli.ts', import.meta.url));

export interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface CommandOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** The text on standard input. Default: none. */
  readonly input?: string;
}

/** Runs a command whose environment holds only `env`. */
export async function runCommand(args: readonly string[], { cwd, env, input }: CommandOptions): Promise<Run> {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  // A command that ends without reading closes the pipe.
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, err] = await Promise.all([text(child.stdout as Readable), text(child.stderr as Readable)]);
  return { code: await code, out, err };
}
