/** The numbers as Markdown, to be pasted into the README. */
import { totalmem } from 'node:os';
import type { Comparison, Pair, Traces } from './compare.ts';
import { STEPS, type Step } from './flows.ts';
import type { Grown } from './growth.ts';
import { cpuMsPerFlow, flowsPerSecond, percentile, type Tally } from './load.ts';
import type { ListTiming } from './people-lists.ts';
import { processorModel } from './process.ts';
import type { Level } from './soak.ts';
import type { Timing } from './timing.ts';

const GIB = 1024 ** 3;
const HASHES = { argon2id: 'argon2id', none: 'no hash' } as const;

type Row = readonly string[];

function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, n) => (n === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** Three digits that mean something. */
function round(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

function compared(name: string, { doublelock, bare }: Pair<number>, isRatio = true): Row {
  return [name, round(doublelock), round(bare), isRatio ? (doublelock / bare).toFixed(2) : ''];
}

function both<T>({ doublelock, bare }: Pair<T>, of: (one: T) => number): Pair<number> {
  return { doublelock: of(doublelock), bare: of(bare) };
}

/** How long a wrong password takes to be refused, for each kind of account. */
export function timingTable(timings: readonly Timing[], isEven: boolean): string {
  const head = [isEven ? 'as served' : 'without evening out', 'ms median', 'ms p95', 'slower than unknown'];
  const rows = timings.map(({ kind, ms, slower }) => [
    kind,
    round(percentile(ms, 0.5)),
    round(percentile(ms, 0.95)),
    slower.toFixed(2),
  ]);
  return table(head, rows);
}

/** How long an administrator waits for a list of people, and everybody else meanwhile. */
export function listTable(timings: readonly ListTiming[], accounts: number): string {
  const head = [
    `${accounts.toLocaleString('en')} people`,
    'ms median',
    'ms p95',
    'CPU ms median',
    'longest statement, CPU ms',
  ];
  const rows = timings.map(({ name, ms, cpuMs, blockedMs }) => [
    name,
    ...[percentile(ms, 0.5), percentile(ms, 0.95), percentile(cpuMs, 0.5), blockedMs].map(round),
  ]);
  return table(head, rows);
}

/** Everything about the two beside each other, one number a line. */
export function comparisonTable(comparisons: readonly Comparison[], traces: Traces): string {
  const rates = comparisons.flatMap(({ hash, signIn, mailed, again }) => [
    compared(`sign-ins/s, ${HASHES[hash]}`, both(signIn, flowsPerSecond)),
    compared(`CPU ms a sign-in, ${HASHES[hash]}`, both(signIn, cpuMsPerFlow)),
    compared(`sign-ins/s by e-mail code, ${HASHES[hash]}`, both(mailed, flowsPerSecond)),
    compared(`CPU ms a sign-in by e-mail code, ${HASHES[hash]}`, both(mailed, cpuMsPerFlow)),
    ...(again
      ? [
          compared('sign-ins/s with a live session', both(again, flowsPerSecond)),
          compared('CPU ms a sign-in with a live session', both(again, cpuMsPerFlow)),
        ]
      : []),
  ]);
  const counts = [
    compared(
      'store operations a sign-in',
      both(traces, ({ signIn }) => signIn.acts.length),
      false,
    ),
    compared(
      '– one after the other',
      both(traces, ({ signIn }) => signIn.sequential),
      false,
    ),
    compared(
      '– of which reads of the accounts store',
      both(traces, ({ signIn }) => signIn.accountsReads),
      false,
    ),
    compared(
      'one after the other by e-mail code',
      both(traces, ({ mailed }) => mailed.sequential),
      false,
    ),
    compared(
      'one after the other with a live session',
      both(traces, ({ again }) => again.sequential),
      false,
    ),
  ];
  const memory = comparisons.slice(0, 1).flatMap(({ memory }) => [
    compared(
      'resident MiB, idle',
      both(memory, ({ idleMiB }) => idleMiB),
      false,
    ),
    compared(
      'resident MiB, after the run',
      both(memory, ({ afterMiB }) => afterMiB),
      false,
    ),
    compared(
      'ready within ms',
      both(memory, ({ readyMs }) => readyMs),
      false,
    ),
  ]);
  return table(['', 'Doublelock', 'bare oidc-provider', 'ratio'], [...rates, ...counts, ...memory]);
}

/** Milliseconds until the answer, step by step. */
export function stepTable({ hash, signIn: { doublelock, bare } }: Comparison): string {
  const timesOf = ({ steps }: Tally, step: Step) => steps.get(step) ?? [];
  const rows = STEPS.map((step) => [
    step,
    ...[doublelock, bare].flatMap((tally) =>
      [0.5, 0.95, 0.99].map((share) => round(percentile(timesOf(tally, step), share))),
    ),
  ]);
  const head = ['p50', 'p95', 'p99'];
  return table(
    [
      `ms, ${HASHES[hash]}`,
      ...head.map((name) => `Doublelock ${name}`),
      ...head.map((name) => `bare ${name}`),
    ],
    rows,
  );
}

/** The parts that the processor works for, the largest first. `cpuMs`: of one sign-in. */
export function partTable(parts: ReadonlyMap<string, number>, cpuMs: number): string {
  const rows = [...parts]
    .sort(([, a], [, b]) => b - a)
    .map(([part, share]) => [part, percent(share), round(share * cpuMs)]);
  return table(['no hash', 'share', 'CPU ms a sign-in'], rows);
}

/** The share of each request in the time until the answers. */
export function requestTable({ steps }: Tally): string {
  const sums = [...steps].map(([step, times]) => [step, times.reduce((sum, ms) => sum + ms, 0)] as const);
  const all = sums.reduce((sum, [, ms]) => sum + ms, 0);
  const rows = sums.sort(([, a], [, b]) => b - a).map(([step, ms]) => [step, percent(ms / all)]);
  return table(['request', 'share of the time'], rows);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

export function growthTable(grown: readonly Grown[]): string {
  return table(
    ['accounts and live sessions', 'sign-ins/s', 'CPU ms a sign-in', 'ms p95', 'ready within ms', 'MiB idle'],
    grown.map(({ size, ...of }) => [
      size.toLocaleString('en'),
      ...[of.flowsPerSecond, of.cpuMsPerFlow, of.p95, of.readyMs, of.idleMiB].map(round),
    ]),
  );
}

/** Where, when and how it was measured. */
export function circumstances(of: {
  readonly command: string;
  readonly stores: string;
  readonly isPinned: boolean;
  readonly cores: number;
  readonly loads: readonly number[];
  readonly concurrency: number;
}): string {
  const [before = 0, after = 0] = of.loads;
  const memory = `${Math.round(totalmem() / GIB)} GiB`;
  const pinned = of.isPinned ? 'the server on one core, load and databases on another' : 'nothing pinned';
  return [
    `\`${of.command}\` on ${of.cores} cores of ${processorModel()}, ${memory}, Node ${process.version};`,
    `${of.stores} stores; ${pinned}; ${of.concurrency} people at once;`,
    `load average ${before.toFixed(1)} before, ${after.toFixed(1)} after.`,
  ].join(' ');
}

export function soakHead(): string {
  return '| sign-ins | minutes | resident MiB | heap MiB | handles | open files |\n| --- | --- | --- | --- | --- | --- |';
}

export function soakRow(level: Level, ms: number): string {
  const { signIns, residentMiB, heapMiB, handles, descriptors } = level;
  const sizes = [(ms / 60_000).toFixed(1), residentMiB.toFixed(0), heapMiB.toFixed(1)];
  return `| ${[signIns, ...sizes, handles, descriptors].join(' | ')} |`;
}
