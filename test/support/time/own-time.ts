/** Time that is ours: what passed, less what threads of ours stood in line for a processor that others had. */
import { readFileSync } from 'node:fs';

/**
 * How long the main thread of a process was ready to run and did not, in milliseconds; 0 where Linux does not count it.
 */
function waitOf(pid: number): number {
  try {
    const [, nanoseconds] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ');
    return Number(nanoseconds) / 1e6;
  } catch {
    // It has ended, or the kernel was built without these numbers.
    return 0;
  }
}

/** The process, and all that it has started. */
function familyOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    return [pid, ...children.flatMap((child) => familyOf(Number(child)))];
  } catch {
    return [pid];
  }
}

export interface Stopwatch {
  /** Milliseconds since it was started, less what this process and those that it watches waited for a processor. */
  read(): number;
}

/**
 * Starts a stopwatch for the named processes. It counts their CPU time alone, so that a limit of the product does not
 * depend on the other load of the machine. A process that ends keeps its last reading.
 */
export function startStopwatch(...pids: readonly number[]): Stopwatch {
  const begun = performance.now();
  const before = new Map([process.pid, ...pids.flatMap(familyOf)].map((pid) => [pid, waitOf(pid)]));
  const waited = new Map<number, number>();
  return {
    read() {
      for (const pid of [process.pid, ...pids.flatMap(familyOf)]) {
        const since = waitOf(pid) - (before.get(pid) ?? 0);
        waited.set(pid, Math.max(since, waited.get(pid) ?? 0));
      }
      const waits = [...waited.values()].reduce((sum, each) => sum + each, 0);
      return performance.now() - begun - waits;
    },
  };
}
