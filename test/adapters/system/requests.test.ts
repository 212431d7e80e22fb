/** The mark of everything that is done for one request. */
import { expect } from 'chai';
import { systemRequests } from '../../../src/adapters/system/requests.ts';

const { run, current } = systemRequests;

describe('the request to which code belongs', () => {
  it('is one and the same in all that it does, also where it is marked twice', async () => {
    await run(async () => {
      const outer = current();
      expect(outer).to.deep.include({ isAdmitted: false });
      await new Promise(setImmediate);
      expect(current()).to.equal(outer);
      await run(async () => expect(current()).to.equal(outer));
    });
  });

  it('is another one beside it', async () => {
    const [one, other] = await Promise.all([run(async () => current()), run(async () => current())]);
    expect(one).not.to.equal(other);
  });

  it('is none outside of requests, and none any more in work that outlives its request', async () => {
    expect(current()).to.equal(null);
    const { end, late } = await run(async () => {
      const gate = Promise.withResolvers<void>();
      return { end: gate.resolve, late: gate.promise.then(current) };
    });
    end();
    // Handed over in an object, so that the request did not wait for it.
    expect(await late).to.equal(null);
  });
});
