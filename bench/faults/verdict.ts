/** Judges a run with faults: what was acknowledged is there, nobody got in too easily, and errors stayed where they belong. */
import type { Seen } from './ledger.ts';

/** MiB in use after a collection of garbage, so many milliseconds after the start. */
export interface MemoryAt {
  readonly atMs: number;
  readonly usedMiB: number;
}

/** The lines of an account in the audit log, counted. */
export interface Logged {
  readonly completed: number;
  readonly accepted: number;
}

export interface Result {
  readonly seen: Seen;
  readonly logged: ReadonlyMap<string, Logged>;
  readonly memory: readonly MemoryAt[];
  readonly endedMs: number;
}

/** Milliseconds after a fault in which a circuit closes and a connection comes back. */
const AFTERMATH_MS = 10_000;
const ALLOWED = /^(no answer|429|503) /;
const HOUR_MS = 3_600_000;
const MOST_MIB_AN_HOUR = 1;
/** The first part of a run fills caches and compiles code. */
const WARM_UP_SHARE = 1 / 3;
/** Milliseconds. The slope of a shorter run says more about garbage than about a leak. */
const SHORTEST_FOR_MEMORY_MS = 30 * 60_000;

/** One line for each thing that must not be. */
export function faultsIn({ seen, logged, memory, endedMs }: Result): string[] {
  const faults = [...seen.broken];
  const outside = seen.errors.filter(({ what, atMs }) => !isAllowed(what) || !isInWindow(seen, atMs));
  for (const [what, times] of counted(outside.map((error) => error.what))) faults.push(`${times} × ${what}`);
  for (const [email, { completed, accepted }] of logged) {
    const acknowledged = seen.acknowledged.get(email) ?? 0;
    const attempted = seen.attempted.get(email) ?? 0;
    if (completed < acknowledged)
      faults.push(`${email} was signed in ${acknowledged} times, and ${completed} are in the audit log`);
    if (completed > attempted)
      faults.push(`${email} signed in ${completed} times and tried ${attempted} times`);
    if (accepted < completed) faults.push(`${email} signed in ${completed} times with ${accepted} codes`);
  }
  const slope = mibAnHour(memory, endedMs);
  if (slope !== null && endedMs >= SHORTEST_FOR_MEMORY_MS && slope > MOST_MIB_AN_HOUR)
    faults.push(`memory grows by ${slope.toFixed(2)} MiB an hour`);
  return faults;
}

function isAllowed(what: string): boolean {
  return ALLOWED.test(what);
}

function isInWindow({ windows }: Seen, atMs: number): boolean {
  return windows.some(({ fromMs, untilMs }) => atMs >= fromMs && atMs <= untilMs + AFTERMATH_MS);
}

export function counted(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** The slope of the line of least squares after the warm-up; null: there are too few points. */
export function mibAnHour(memory: readonly MemoryAt[], endedMs: number): number | null {
  const points = memory.filter(({ atMs }) => atMs >= endedMs * WARM_UP_SHARE);
  if (points.length < 3) return null;
  const mean = (of: (point: MemoryAt) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [meanAt, meanUsed] = [mean(({ atMs }) => atMs), mean(({ usedMiB }) => usedMiB)];
  const above = points.reduce((sum, { atMs, usedMiB }) => sum + (atMs - meanAt) * (usedMiB - meanUsed), 0);
  const below = points.reduce((sum, { atMs }) => sum + (atMs - meanAt) ** 2, 0);
  return (above / below) * HOUR_MS;
}
