/** npm run bench: what a sign-in costs, beside the same sign-in on a bare oidc-provider. */
import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type Comparison, compare, traceBoth } from './compare.ts';
import { type Databases, startDatabases } from './databases.ts';
import { type Grown, grow } from './growth.ts';
import { cpuMsPerFlow } from './load.ts';
import { openMailbox } from './mailbox.ts';
import { createPeople } from './people.ts';
import { measureLists } from './people-lists.ts';
import { loadAverage, stayOn, twoCores } from './process.ts';
import { profileSignIns } from './profile.ts';
import { createReaders } from './readers.ts';
import {
  circumstances,
  comparisonTable,
  growthTable,
  listTable,
  partTable,
  requestTable,
  soakHead,
  soakRow,
  stepTable,
  timingTable,
} from './report.ts';
import { countsOf } from './round-trips.ts';
import { makePlace } from './seed.ts';
import type { Hash } from './serve.ts';
import type { Driver } from './settings.ts';
import { growthIn, soak } from './soak.ts';
import { measureTiming } from './timing.ts';

interface Options {
  readonly stores: Driver;
  readonly rounds: number;
  readonly seconds: number;
  readonly accounts: number;
  readonly concurrency: number;
  readonly hash: Hash | 'both';
  readonly growth: boolean;
  readonly sizes: readonly number[];
  readonly acts: boolean;
  readonly soak: number | null;
  readonly profile: boolean;
  readonly timing: boolean;
  readonly people: number | null;
}

/** How many of the people are sent codes by mail: each is sent four in ten minutes. */
const READERS_SHARE = 0.5;

const program = new Command('bench')
  .usage('[options]')
  .description('Measures complete sign-ins, and prints Markdown.')
  .addOption(
    new Option(
      '--stores <pair>',
      'where things are kept; MONGODB_URI and REDIS_URL are used where they are set',
    )
      .choices(['embedded', 'mongo-redis'])
      .default('embedded'),
  )
  .option('--rounds <n>', 'how often each of the two is driven', positive, 5)
  .option('--seconds <n>', 'how long one round lasts', positive, 2)
  .option('--accounts <n>', 'how many are in the store; each gives one code in 30 seconds', positive, 4000)
  .option('--concurrency <n>', 'how many people sign in at once', positive, 8)
  .addOption(
    new Option('--hash <kind>', 'with the password hash of the product, or without any')
      .choices(['both', 'argon2id', 'none'])
      .default('both'),
  )
  .option('--growth', 'measures how the cost grows with the store instead', false)
  .option('--sizes <n,n>', 'accounts and live sessions of the growth run', sizes, [1000, 10_000, 100_000])
  .option('--profile', 'tells instead what the processor works for, without the hash', false)
  .option('--timing', 'measures the refusal of wrong passwords instead, by the hash of the account', false)
  .option('--people <n>', 'measures lists of so many people for an administrator instead', positive, null)
  .option(
    '--soak <n>',
    'tells instead whether memory, handles and keys stay as they are over so many sign-ins; ends with 1 if not',
    positive,
    null,
  )
  .option('--acts', 'lists what one sign-in asks of the stores', false);

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

function sizes(text: string): number[] {
  return text.split(',').map(positive);
}

async function run(options: Options): Promise<void> {
  if (options.soak !== null) return endureSignIns(options, options.soak);
  if (options.people !== null) {
    print(listTable(await measureLists(options.people), options.people));
    return;
  }
  if (options.timing) {
    for (const isEven of [false, true]) print(timingTable(await measureTiming(isEven), isEven));
    return;
  }
  const before = loadAverage();
  const allCores = availableParallelism();
  const cores = twoCores();
  if (cores) stayOn(cores.load);
  const databases = options.stores === 'embedded' ? null : await startDatabases(process.env);
  try {
    const core = cores?.server ?? null;
    const parts = await measured(options, databases, core);
    const about = circumstances({
      command: ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(
        ' ',
      ),
      stores: databases?.names ?? 'embedded',
      isPinned: cores !== null,
      cores: allCores,
      loads: [before, loadAverage()],
      concurrency: options.concurrency,
    });
    print(...parts, about);
  } finally {
    await databases?.stop();
  }
}

async function measured(
  options: Options,
  databases: Databases | null,
  core: number | null,
): Promise<string[]> {
  if (options.growth) return growth(options, databases, core);
  if (options.profile) return profiled(options, databases, core);
  return comparison(options, databases, core);
}

async function profiled(
  { accounts, seconds, rounds, concurrency }: Options,
  databases: Databases | null,
  core: number | null,
): Promise<string[]> {
  const round = { seconds: seconds * rounds, concurrency };
  const servers = (await databases?.fresh()) ?? null;
  const { parts, tally } = await profileSignIns({ accounts, round, servers, core });
  return [partTable(parts, cpuMsPerFlow(tally)), requestTable(tally)];
}

async function comparison(
  options: Options,
  databases: Databases | null,
  core: number | null,
): Promise<string[]> {
  const { accounts, seconds, concurrency, rounds } = options;
  const readers = Math.ceil(accounts * READERS_SHARE);
  const place = await makePlace(
    { accounts, sessions: accounts, readers },
    (await databases?.fresh()) ?? null,
  );
  const mailbox = await openMailbox(place);
  try {
    const setting = {
      place,
      people: createPeople(accounts, Date.now),
      readers: createReaders(readers, mailbox, Date.now),
      core,
      rounds,
      round: { seconds, concurrency },
    };
    const traces = await traceBoth(setting);
    const compared: Comparison[] = [];
    for (const hash of ['argon2id', 'none'] as const) {
      if (options.hash === 'both' || options.hash === hash) compared.push(await compare(hash, setting));
    }
    const acts = countsOf(traces.doublelock.signIn.acts).map(([name, count]) => `- ${name}: ${count}`);
    return [
      comparisonTable(compared, traces),
      ...compared.map(stepTable),
      ...(options.acts ? [acts.join('\n')] : []),
    ];
  } finally {
    await mailbox.close();
    place.remove();
  }
}

async function growth(options: Options, databases: Databases | null, core: number | null): Promise<string[]> {
  const grown: Grown[] = [];
  for (const size of options.sizes) {
    grown.push(await grow(size, (await databases?.fresh()) ?? null, core, options));
  }
  return [growthTable(grown)];
}

async function endureSignIns(options: Options, signIns: number): Promise<void> {
  const cores = twoCores();
  if (cores) stayOn(cores.load);
  const databases = options.stores === 'embedded' ? null : await startDatabases(process.env);
  try {
    const begun = performance.now();
    print(soakHead());
    const soaked = await soak({
      ...options,
      signIns,
      servers: (await databases?.fresh()) ?? null,
      core: cores?.server ?? null,
      progress: (level) => print(soakRow(level, performance.now() - begun)),
    });
    const faults = growthIn(soaked);
    const { before, full, expired } = soaked.keys;
    const keys = `Keys of the short-lived store: ${before} before, ${full} after, ${expired} once they have expired.`;
    print(`\n${keys}\n\n${faults.length === 0 ? 'PASSED' : ['FAILED', ...faults].join('\n- ')}`);
    if (faults.length > 0) process.exitCode = 1;
  } finally {
    await databases?.stop();
  }
}

function print(...parts: readonly string[]): void {
  process.stdout.write(`${parts.join('\n\n')}\n`);
}

await run(program.parse().opts<Options>());
