/** The doublelock command as an operator runs it: a process of its own, without a terminal at which somebody answers. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../../src/cli.ts', import.meta.url));

export interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Around {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

function begin(args: readonly string[], { cwd, env }: Around) {
  return spawn(process.execPath, [CLI, ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs a command, and kills it once its output matches. Gives the signal that ended it; null: it ended by itself. */
export async function killCommand(
  args: readonly string[],
  around: Around,
  output: RegExp,
): Promise<NodeJS.Signals | null> {
  const child = begin(args, around);
  const ended = new Promise<NodeJS.Signals | null>((resolve) =>
    child.once('close', (_code, signal) => resolve(signal)),
  );
  child.stderr.resume();
  let out = '';
  for await (const part of child.stdout.setEncoding('utf8')) {
    out += part;
    if (output.test(out)) break;
  }
  child.kill('SIGKILL');
  return ended;
}

/** Runs a command whose environment holds only `env`. */
export async function runCommand(args: readonly string[], around: Around): Promise<Run> {
  const child = begin(args, around);
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, out, err };
}
