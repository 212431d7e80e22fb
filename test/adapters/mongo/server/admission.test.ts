/** The two lines before the connections to MongoDB. */
import { expect } from 'chai';
import { createAdmission } from '../../../../src/adapters/mongo/server/admission.ts';
import { StoreUnavailable } from '../../../../src/ports/faults.ts';
import type { OneRequest } from '../../../../src/ports/one-request.ts';

/** Milliseconds: nobody waits that long in a test that is not about the wait. */
const LONG_MS = 60_000;
const noRequest = () => null;

/** An act that ends when it is told to. */
function createActs({ enter }: Pick<ReturnType<typeof createAdmission>, 'enter'>) {
  const begun: string[] = [];
  const leaves = new Map<string, () => void>();
  return {
    begun,
    async begin(name: string): Promise<void> {
      leaves.set(name, await enter());
      begun.push(name);
    },
    /** Resolves when the one after it has begun. */
    async end(name: string): Promise<void> {
      leaves.get(name)?.();
      await new Promise(setImmediate);
    },
  };
}

const faultOf = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: unknown) => error,
  );

describe('the admission to the connections of MongoDB', () => {
  it('lets in as many acts as there are connections, and the others in the order in which they came [R14]', async () => {
    const admission = createAdmission({ limit: 2, longestLine: 10, waitMs: LONG_MS, request: noRequest });
    const acts = createActs(admission);
    const all = Promise.all(['a', 'b', 'c', 'd'].map(acts.begin));
    await new Promise(setImmediate);
    expect(acts.begun).to.deep.equal(['a', 'b']);
    expect(admission.read()).to.deep.equal({ limit: 2, inUse: 2, waiting: 2, refused: 0 });
    await acts.end('b');
    expect(acts.begun).to.deep.equal(['a', 'b', 'c']);
    await acts.end('a');
    await all;
    expect(acts.begun).to.deep.equal(['a', 'b', 'c', 'd']);
    await acts.end('c');
    await acts.end('d');
    expect(admission.read()).to.deep.equal({ limit: 2, inUse: 0, waiting: 0, refused: 0 });
  });

  it('refuses a new request at once when the line is full, and counts it [R14]', async () => {
    const admission = createAdmission({ limit: 1, longestLine: 2, waitMs: LONG_MS, request: noRequest });
    const acts = createActs(admission);
    await acts.begin('a');
    const waiting = [acts.begin('b'), acts.begin('c')];
    const fault = await faultOf(acts.begin('d'));
    expect(fault).to.be.instanceOf(StoreUnavailable);
    expect((fault as Error).message).to.match(/^MongoDB: .*wait for a connection.*maxPoolSize is 1$/);
    expect(admission.read()).to.deep.include({ waiting: 2, refused: 1 });
    await acts.end('a');
    await acts.end('b');
    await Promise.all(waiting);
    expect(acts.begun).to.deep.equal(['a', 'b', 'c']);
  });

  it('refuses a new request that has waited too long, and gives its place to nobody twice [R14]', async () => {
    const admission = createAdmission({ limit: 1, longestLine: 10, waitMs: 1, request: noRequest });
    const acts = createActs(admission);
    await acts.begin('a');
    const fault = await faultOf(acts.begin('b'));
    expect(fault).to.be.instanceOf(StoreUnavailable);
    expect((fault as Error).message).to.match(/^MongoDB: no connection was free within 1 ms/);
    expect(admission.read()).to.deep.include({ waiting: 0, refused: 1 });
    await acts.end('a');
    await acts.begin('c');
    expect(acts.begun).to.deep.equal(['a', 'c']);
    expect(admission.read()).to.deep.include({ inUse: 1 });
  });

  it('lets a request that has begun go before new ones, and never refuses it [R14]', async () => {
    const mine: OneRequest = { isAdmitted: false, reference: 'K7QM-2XPD' };
    let caller: OneRequest | null = mine;
    const admission = createAdmission({ limit: 1, longestLine: 1, waitMs: 20, request: () => caller });
    const acts = createActs(admission);
    await acts.begin('first of mine');
    await acts.end('first of mine');
    caller = null;
    await acts.begin('of another');
    const tooLong = faultOf(acts.begin('new'));
    expect(await faultOf(acts.begin('newer'))).to.be.instanceOf(StoreUnavailable);
    caller = mine;
    const second = acts.begin('second of mine');
    expect(await tooLong).to.be.instanceOf(StoreUnavailable);
    caller = null;
    const newest = acts.begin('newest');
    await acts.end('of another');
    await second;
    expect(acts.begun).to.deep.equal(['first of mine', 'of another', 'second of mine']);
    await acts.end('second of mine');
    await newest;
  });
});
