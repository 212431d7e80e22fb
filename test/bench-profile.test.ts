/** The profile of the bench: a small run, and the parts to which frames belong. */
import type { Profiler } from 'node:inspector';
import { expect } from 'chai';
import { partsOf, profileSignIns } from '../bench/profile.ts';
import { partTable, requestTable } from '../bench/report.ts';

describe('the profile of the bench', () => {
  it('counts what Node does for a function as work of that function, and idle time for nothing', () => {
    const parts = partsOf({
      ...framesOf([
        ['(root)', '', [2, 5, 6, 8]],
        ['save', 'file:///product/src/adapters/embedded/once-store.ts', [3]],
        ['run', 'node:internal/sqlite', [4]],
        ['run', '', []],
        ['(idle)', '', []],
        ['parse', 'file:///product/node_modules/oidc-provider/lib/index.js', [7]],
        ['now', 'node:internal/timers', []],
        ['processTimers', 'node:internal/timers', []],
      ]),
      samples: [4, 5, 7, 8],
      timeDeltas: [300, 5000, 100, 100],
    });
    expect(Object.fromEntries(parts)).to.deep.equal({
      'SQLite, MongoDB and Redis': 0.6,
      'oidc-provider': 0.2,
      'Node itself': 0.2,
    });
  });

  it('prints the parts and the requests, the largest first', async () => {
    const round = { seconds: 20, concurrency: 2, flows: 4 };
    const profiled = await profileSignIns({
      accounts: 20,
      round,
      servers: null,
      core: null,
      warmUp: { flows: 1 },
    });
    const shares = [...profiled.parts.values()];
    expect(shares.reduce((sum, share) => sum + share, 0)).to.be.closeTo(1, 1e-6);
    expect([...profiled.parts.keys()]).to.include.members(['oidc-provider', 'SQLite, MongoDB and Redis']);
    const rows = partTable(profiled.parts, 5).split('\n');
    const largest = Math.max(...shares);
    expect(rows[2]).to.include(`${(largest * 100).toFixed(1)} %`);
    expect(requestTable(profiled.tally).split('\n')).to.have.lengthOf(10);
  }).timeout(120_000);
});

/** Nodes with the ids 1, 2, 3 and so on. */
function framesOf(frames: readonly (readonly [string, string, number[]])[]): Profiler.Profile {
  const nodes = frames.map(([functionName, url, children], at) => ({
    id: at + 1,
    callFrame: { functionName, scriptId: '0', url, lineNumber: 0, columnNumber: 0 },
    children,
  }));
  return { nodes, startTime: 0, endTime: 0 };
}
