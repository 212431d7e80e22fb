/** Runs jobs beside the requests of a process. */
import { setTimeout as pause } from 'node:timers/promises';

export interface Job {
  readonly name: string;
  /** Milliseconds from the end of one run to the start of the next. */
  readonly everyMs: number;
  /** Milliseconds to the next run after a run that failed. Default: `everyMs`. */
  readonly retryMs?: number;
  /** Whether the first run comes at once. Default: it comes after `everyMs`. */
  readonly startsAtOnce?: boolean;
  /** Does the work once. The signal aborts when the job is stopped. */
  run(signal: AbortSignal): Promise<unknown>;
  /** Told of a run that failed. The next run comes all the same. */
  onFailure(error: unknown): void;
}

/** Stops the jobs. Resolves when no run is under way any more. */
export type StopJobs = () => Promise<void>;

/** Starts each job, with one run of it at a time. The timers keep no process alive. */
export function startJobs(jobs: readonly Job[]): StopJobs {
  const stop = new AbortController();
  const loops = jobs.map((job) => loop(job, stop.signal));
  return async () => {
    stop.abort();
    await Promise.all(loops);
  };
}

async function loop(job: Job, signal: AbortSignal): Promise<void> {
  if (!job.startsAtOnce) await sleep(job.everyMs, signal);
  while (!signal.aborted) await sleep(await runOnce(job, signal), signal);
}

/** Gives the milliseconds to wait before the next run. */
async function runOnce(job: Job, signal: AbortSignal): Promise<number> {
  try {
    await job.run(signal);
    return job.everyMs;
  } catch (error) {
    if (!signal.aborted) job.onFailure(error);
    return job.retryMs ?? job.everyMs;
  }
}

/** Ends early, without an error, when the signal aborts. */
async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, null, { ref: false, signal }).catch(() => {});
}
