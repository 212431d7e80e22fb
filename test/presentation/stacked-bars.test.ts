import { expect } from 'chai';
import { stackedBars } from '../../src/presentation/stacked-bars.ts';

describe('the bars of a stacked chart', () => {
  it('stand on one another, in proportion to their values, and none is empty', () => {
    const rows = [
      { right: 6, wrong: 2 },
      { right: 0, wrong: 4 },
      { right: 0, wrong: 0 },
    ];
    const { bars, width, height, middles, top } = stackedBars(['right', 'wrong'], rows);
    expect([width, height, top]).to.deep.equal([180, 160, 8]);
    expect(middles).to.deep.equal([30, 90, 150]);
    expect(bars).to.deep.equal([
      { series: 'right', x: 8, y: 40, width: 44, height: 120 },
      { series: 'wrong', x: 8, y: 0, width: 44, height: 40 },
      { series: 'wrong', x: 68, y: 80, width: 44, height: 80 },
    ]);
  });

  it('are none where nothing was counted', () => {
    expect(stackedBars(['right'], [{ right: 0 }]).bars).to.deep.equal([]);
  });
});
