/** The soak with faults: a small run of it, and its judgement of runs that were worse. */
import { expect } from 'chai';
import { FAULTS } from '../../bench/faults/faults.ts';
import { createLedger, type Seen } from '../../bench/faults/ledger.ts';
import { runWithFaults } from '../../bench/faults/run.ts';
import { faultsIn, mibAnHour, type Result } from '../../bench/faults/verdict.ts';
import { PATIENCE_MS } from './program.ts';

/** The first two: a process is killed, and the stores are cut off. */
const FEW = FAULTS.slice(0, 2);
const MINUTE_MS = 60_000;

describe('the soak with faults', () => {
  it('completes sign-ins while a process is killed and the stores are cut off, and loses none [R23 R25 R30]', async () => {
    const told: string[] = [];
    const result = await runWithFaults({
      signIns: 60,
      accounts: 200,
      concurrency: 2,
      everyMs: 500,
      seed: 7,
      servers: null,
      faults: FEW,
      progress: ({ fault }) => told.push(fault),
    });
    expect(told.slice(0, 2)).to.deep.equal(FEW.map(({ name }) => name));
    expect(faultsIn(result)).to.deep.equal([]);
    const sum = [...result.seen.acknowledged.values()].reduce((total, each) => total + each, 0);
    expect(sum).to.be.at.least(60);
  }).timeout(PATIENCE_MS);

  it('finds a sign-in that was acknowledged and lost, and one that was never tried', () => {
    const seen = seenBy((ledger) => {
      ledger.attempted('a@bench.test');
      ledger.acknowledged('a@bench.test');
    });
    const found = (completed: number, accepted = completed) =>
      faultsIn({ ...NOTHING, seen, logged: new Map([['a@bench.test', { completed, accepted }]]) });
    expect(found(1)).to.deep.equal([]);
    expect(found(0)).to.deep.equal(['a@bench.test was signed in 1 times, and 0 are in the audit log']);
    expect(found(2)).to.deep.equal(['a@bench.test signed in 2 times and tried 1 times']);
    expect(found(1, 0)).to.deep.equal(['a@bench.test signed in 1 times with 0 codes']);
  });

  it('allows no answer, 429 and 503 while something is broken, and nothing else at any time', () => {
    let now = 0;
    const ledger = createLedger(() => now);
    ledger.wentWrong('503 at GET /auth');
    now = 1000;
    const end = ledger.faultBegins('a process is killed');
    for (const what of ['no answer', '429', '503', '500']) ledger.wentWrong(`${what} at GET /auth`);
    end(2000);
    now = 11_999;
    ledger.wentWrong('503 at POST /token');
    now = 12_001;
    ledger.wentWrong('503 at POST /token');
    expect(faultsIn({ ...NOTHING, seen: ledger.read() })).to.deep.equal([
      '1 × 503 at GET /auth',
      '1 × 500 at GET /auth',
      '1 × 503 at POST /token',
    ]);
  });

  it('names what is never allowed', () => {
    const seen = seenBy((ledger) => ledger.broken('the code of a@bench.test was accepted twice'));
    expect(faultsIn({ ...NOTHING, seen })).to.deep.equal(['the code of a@bench.test was accepted twice']);
  });

  it('follows the memory after the warm-up, and judges it by a run of half an hour or more [R37]', () => {
    const growing = (minutes: number) =>
      Array.from({ length: minutes }, (_, at) => ({ atMs: at * MINUTE_MS, usedMiB: 60 + at / 30 }));
    expect(mibAnHour(growing(60), 60 * MINUTE_MS)).to.be.closeTo(2, 0.001);
    expect(mibAnHour(growing(2), 2 * MINUTE_MS)).to.equal(null);
    const judged = (minutes: number) =>
      faultsIn({ ...NOTHING, memory: growing(minutes), endedMs: minutes * MINUTE_MS });
    expect(judged(60)).to.deep.equal(['memory grows by 2.00 MiB an hour']);
    expect(judged(29)).to.deep.equal([]);
  });
});

const NOTHING: Result = { seen: seenBy(() => {}), logged: new Map(), memory: [], endedMs: 0 };

function seenBy(write: (ledger: ReturnType<typeof createLedger>) => void): Seen {
  const ledger = createLedger(() => 0);
  write(ledger);
  return ledger.read();
}
