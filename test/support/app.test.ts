/** A server of the tests that can't start: nothing of it stays open, since it would keep the whole run from ending. */
import { expect } from 'chai';
import type { Stores } from '../../src/compose/parts.ts';
import { startApp } from './app.ts';
import { eventually } from './time/eventually.ts';

describe('an app that fails to start', () => {
  function listeners(): number {
    return process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;
  }

  async function failureOf(start: () => Promise<unknown>): Promise<string> {
    const before = listeners();
    const ending = await start().then(() => 'it started', String);
    // A handle is let go of a turn or two after it was closed, and so are those of the tests before.
    await eventually(async () => expect(listeners()).to.be.at.most(before));
    return ending;
  }

  it('closes its listener when the configuration has a fault', async () => {
    expect(await failureOf(() => startApp({ config: { nonsense: true } }))).to.include('nonsense');
  });

  it('closes its listener and its stores when they fail it', async () => {
    let closed = 0;
    const failing = (stores: Stores): Stores => ({
      ...stores,
      accounts: {
        ...stores.accounts,
        insert: () => Promise.reject(new Error('the disk is full')),
      },
      async close() {
        closed += 1;
        await stores.close();
      },
    });
    expect(await failureOf(() => startApp({ around: failing }))).to.include('the disk is full');
    expect(closed).to.be.at.least(1);
  });
});
