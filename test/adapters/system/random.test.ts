/** Unpredictable identifiers and bytes, and the time of day. */
import { expect } from 'chai';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { systemRandom } from '../../../src/adapters/system/random.ts';

describe('system', () => {
  it('makes identifiers of 128 bits, safe in a URL, a file name and a command line', () => {
    const ids = Array.from({ length: 1000 }, () => systemRandom.id());
    for (const id of ids) expect(id).to.match(/^[0-9a-f]{32}$/);
    expect(new Set(ids).size).to.equal(1000);
  });

  it('gives the requested number of bytes, different each time and evenly distributed', () => {
    expect(systemRandom.bytes(0)).to.have.length(0);
    expect(systemRandom.bytes(20)).to.be.instanceOf(Uint8Array).and.have.length(20);
    expect(Buffer.from(systemRandom.bytes(20)).equals(systemRandom.bytes(20))).to.equal(false);
    const counts = new Array<number>(256).fill(0);
    for (const value of systemRandom.bytes(256_000)) counts[value] = (counts[value] ?? 0) + 1;
    // 1000 of each expected, with a standard deviation of 32: ten of them is never seen.
    for (const count of counts) expect(count).to.be.within(680, 1320);
  });

  it('gives the time of day in milliseconds', () => {
    const [before, told, after] = [Date.now(), systemClock.now(), Date.now()];
    expect(told).to.be.within(before, after);
    expect(Number.isInteger(told)).to.equal(true);
  });
});
