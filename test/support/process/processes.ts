/** Other processes on the same stores, told what to do by messages. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface OtherProcess {
  /** The next thing that it says. Rejects when it ends without a word. */
  readonly next: () => Promise<unknown>;
  readonly tell: (message: string) => void;
  /** SIGKILL: no handler, no flush, no goodbye. */
  readonly kill: () => Promise<void>;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function speaking(child: ChildProcess): () => Promise<unknown> {
  const said: unknown[] = [];
  let wake: () => void = () => {};
  child.on('message', (message) => {
    said.push(message);
    wake();
  });
  child.on('exit', () => wake());
  return async () => {
    while (said.length === 0) {
      if (hasEnded(child)) throw new Error('the process ended without a word');
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return said.shift();
  };
}

/** Called in a `describe`: starts processes of a script in `test/support/stores`, and ends after each test those it started. */
export function otherProcesses(script: string): (...args: readonly string[]) => OtherProcess {
  let children: ChildProcess[] = [];

  async function kill(child: ChildProcess): Promise<void> {
    if (hasEnded(child)) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  afterEach(async () => {
    await Promise.all(children.map(kill));
    children = [];
  });

  return (...args) => {
    const child = fork(join(import.meta.dirname, '../stores', script), [...args]);
    children.push(child);
    return { next: speaking(child), tell: (message) => void child.send(message), kill: () => kill(child) };
  };
}
