/** Reads the kernel's numbers of a process and pins processes to cores (Linux alone: proc(5), taskset(1)). */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Fields 14 and 15 of proc_pid_stat(5), counted after the name in brackets, which may hold spaces. */
const UTIME = 11;
const STIME = 12;

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Milliseconds of processor time so far, all threads together. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[UTIME]) + Number(fields[STIME])) * 1000) / TICKS_PER_SECOND;
}

/** MiB that are resident. */
export function residentMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

/** How many processes wanted a processor in the last minute, on average. */
export function loadAverage(): number {
  return Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0]);
}

export function processorModel(): string {
  return /^model name\s*:\s*(.+)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown';
}

/** The processors of a run: one for the server under test, another for all that is not measured. */
export interface Cores {
  readonly server: number;
  readonly load: number;
}

/** Null where there are not two. */
export function twoCores(): Cores | null {
  if (availableParallelism() < 2) return null;
  const list = execFileSync('taskset', ['-cp', String(process.pid)], { encoding: 'utf8' });
  const allowed = (/:\s*(.+)$/m.exec(list)?.[1] ?? '').split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, n) => first + n);
  });
  const [server, load] = allowed;
  return server === undefined || load === undefined ? null : { server, load };
}

/** Moves this process, with every thread that it has, and whatever it starts from now on. */
export function stayOn(core: number): void {
  execFileSync('taskset', ['-acp', String(core), String(process.pid)], { stdio: 'ignore' });
}
