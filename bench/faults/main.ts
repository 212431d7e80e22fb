/** npm run soak: two processes serve sign-ins while something breaks every minute, and the run says what came of it. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { startDatabases } from '../databases.ts';
import type { Driver } from '../settings.ts';
import { runWithFaults } from './run.ts';
import { counted, faultsIn, mibAnHour } from './verdict.ts';

interface Options {
  readonly signIns: number;
  readonly stores: Driver;
  readonly accounts: number;
  readonly concurrency: number;
  readonly every: number;
  readonly seed: number;
}

const program = new Command('soak')
  .usage('[options]')
  .description('Signs people in while things break, and ends with 1 when something is lost or let in.')
  .option('--sign-ins <n>', 'how many to complete', positive, 100_000)
  .addOption(
    new Option('--stores <pair>', 'where things are kept')
      .choices(['embedded', 'mongo-redis'])
      .default('embedded'),
  )
  .option('--accounts <n>', 'how many people there are; each gives one code in 30 seconds', positive, 4000)
  .option('--concurrency <n>', 'how many people sign in at once', positive, 4)
  .option('--every <seconds>', 'from one fault to the next', positive, 60)
  .option('--seed <n>', 'of the choices of the balancer', positive, 1);

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

async function run(options: Options): Promise<void> {
  const databases = options.stores === 'embedded' ? null : await startDatabases(process.env);
  try {
    print(
      '| seconds | sign-ins | errors | MiB in use | what breaks now |',
      '| ---: | ---: | ---: | ---: | --- |',
    );
    const result = await runWithFaults({
      ...options,
      everyMs: options.every * 1000,
      servers: (await databases?.fresh()) ?? null,
      progress: ({ seconds, signIns, errors, usedMiB, fault }) =>
        print(`| ${seconds} | ${signIns} | ${errors} | ${usedMiB.toFixed(1)} | ${fault} |`),
    });
    const { seen, memory, endedMs } = result;
    const sum = (counts: ReadonlyMap<string, number>) =>
      [...counts.values()].reduce((total, each) => total + each, 0);
    const slope = mibAnHour(memory, endedMs);
    print(
      '',
      `${sum(seen.acknowledged)} sign-ins of ${sum(seen.attempted)} begun, ${seen.windows.length} faults, ${seen.errors.length} errors in ${Math.round(endedMs / 1000)} s.`,
      ...[...counted(seen.errors.map(({ what }) => what))].map(([what, times]) => `- ${times} × ${what}`),
      slope === null
        ? 'Too short to follow the memory.'
        : `Memory: ${slope.toFixed(2)} MiB an hour after the warm-up.`,
    );
    const faults = faultsIn(result);
    print('', faults.length === 0 ? 'PASSED' : ['FAILED', ...faults].join('\n- '));
    if (faults.length > 0) process.exitCode = 1;
  } finally {
    await databases?.stop();
  }
}

function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

await run(program.parse().opts<Options>());
