/** Jobs beside requests: they run again and again, one run at a time, and end when they are told to. */
import { expect } from 'chai';
import { type Job, startJobs } from '../../src/jobs/runner.ts';
import { createSweeping } from '../../src/jobs/sweeping.ts';
import { NOW } from '../contracts/examples.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('background jobs', () => {
  // Timers of jobs keep no process alive; this one does while a test waits.
  let alive: NodeJS.Timeout;
  beforeEach(() => {
    alive = setInterval(() => {}, 1000);
  });
  afterEach(() => clearInterval(alive));

  it('sweep at each interval of the given clock, continue after a failure, and stop', async () => {
    const failure = new Error('away');
    const swept: number[] = [];
    const failures: unknown[] = [];
    const done = Promise.withResolvers<void>();
    const stop = startJobs([
      createSweeping({
        sweep: async (now, auditRetentionMs) => {
          expect(auditRetentionMs).to.equal(30 * DAY_MS);
          swept.push(now);
          if (swept.length === 1) throw failure;
          if (swept.length === 3) done.resolve();
        },
        auditRetentionDays: 30,
        clock: { now: () => NOW + swept.length },
        everyMs: 1,
        onFailure: (error) => failures.push(error),
      }),
    ]);
    await done.promise;
    await stop();
    expect(swept).to.deep.equal([NOW, NOW + 1, NOW + 2]);
    expect(failures).to.deep.equal([failure]);
  });

  it('wait for a running sweep when they stop', async () => {
    const events: string[] = [];
    const begun = Promise.withResolvers<void>();
    let finish: () => void = () => {};
    const stop = startJobs([
      createSweeping({
        sweep: () =>
          new Promise<void>((resolve) => {
            begun.resolve();
            finish = () => {
              events.push('swept');
              resolve();
            };
          }),
        auditRetentionDays: 30,
        clock: { now: () => NOW },
        everyMs: 1,
        onFailure: () => {},
      }),
    ]);
    await begun.promise;
    const stopped = stop().then(() => events.push('stopped'));
    finish();
    await stopped;
    expect(events).to.deep.equal(['swept', 'stopped']);
  });

  it('start an immediate job at once, and repeat sooner after a failure', async () => {
    const failures: unknown[] = [];
    const again = Promise.withResolvers<void>();
    let runs = 0;
    const job: Job = {
      name: 'impatient',
      everyMs: DAY_MS,
      retryMs: 1,
      startsAtOnce: true,
      async run() {
        runs += 1;
        if (runs === 1) throw new Error('away');
        again.resolve();
      },
      onFailure: (error) => failures.push(String(error)),
    };
    const stop = startJobs([job]);
    await again.promise;
    await stop();
    expect([runs, failures]).to.deep.equal([2, ['Error: away']]);
  });

  it('abort a run when they stop, and report no failure of that', async () => {
    const failures: unknown[] = [];
    const stop = startJobs([
      {
        name: 'long',
        everyMs: 1,
        startsAtOnce: true,
        run: (signal) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
        onFailure: (error) => failures.push(error),
      },
    ]);
    await stop();
    expect(failures).to.deep.equal([]);
  });
});
