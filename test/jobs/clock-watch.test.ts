/** The comparison of the process's clock with those of its stores. */
import { expect } from 'chai';
import { createClockWatch, inWords } from '../../src/jobs/clock-watch.ts';
import type { LogFields } from '../../src/ports/log.ts';
import { NOW } from '../contracts/examples.ts';

describe('the watch of clocks', () => {
  const at = { own: NOW, there: NOW, isAway: false };
  const notes: [string, number][] = [];
  const lines: LogFields[] = [];
  beforeEach(() => {
    Object.assign(at, { own: NOW, there: NOW, isAway: false });
    notes.splice(0);
    lines.splice(0);
  });

  const watching = () =>
    createClockWatch({
      clocks: [
        {
          store: 'MongoDB',
          async now() {
            if (at.isAway) throw new Error('away');
            // The answer takes two seconds.
            at.own += 2000;
            return at.there + 1000;
          },
        },
      ],
      clock: { now: () => at.own },
      note: (...given) => notes.push(given),
      log: (fields) => lines.push(fields),
    });

  it('takes the middle of question and answer, and accepts thirty seconds either way', async () => {
    const watch = watching();
    for (const ahead of [0, 30_000, -30_000]) {
      at.there = at.own - ahead;
      await watch.look();
      expect(watch.wrong(), String(ahead)).to.equal(null);
      expect(notes.pop()).to.deep.equal(['MongoDB', ahead]);
    }
    expect(lines).to.deep.equal([]);
  });

  it('tells of a clock that is wrong once, and when it is right again', async () => {
    const watch = watching();
    at.there = at.own + 31_000;
    await watch.look();
    at.there = at.own + 31_000;
    await watch.look();
    expect(watch.wrong()).to.deep.equal({ store: 'MongoDB', aheadMs: -31_000 });
    at.there = at.own;
    await watch.look();
    expect(watch.wrong()).to.equal(null);
    expect(lines.map(({ event }) => event)).to.deep.equal(['clock.wrong', 'clock.right_again']);
    expect(lines[0]?.reason).to.equal('the clock of this server is 31 s behind that of MongoDB');
  });

  it('keeps what it knows while a store is away, and says so in the log', async () => {
    const watch = watching();
    at.there = at.own - 60_000;
    await watch.look();
    at.isAway = true;
    await watch.look();
    expect(watch.wrong()?.aheadMs).to.equal(60_000);
    expect(lines.at(-1)?.event).to.equal('clock.unknown');
  });

  it('has words for operators', () => {
    expect(inWords({ store: 'Redis', aheadMs: 45_200 })).to.equal(
      'the clock of this server is 45 s ahead of that of Redis',
    );
  });
});
