/** The mark of everything that is done for one request. */
import { expect } from 'chai';
import { systemRequests, withReference } from '../../../src/adapters/system/requests.ts';
import type { LogFields } from '../../../src/ports/log.ts';

const { current } = systemRequests;
const run = <T>(work: () => Promise<T>, reference = 'K7QM-2XPD') => systemRequests.run(reference, work);

describe('the request to which code belongs', () => {
  it('is one and the same in all that it does, also where it is marked twice', async () => {
    await run(async () => {
      const outer = current();
      expect(outer).to.deep.include({ isAdmitted: false });
      await new Promise(setImmediate);
      expect(current()).to.equal(outer);
      await run(async () => expect(current()).to.equal(outer), 'AAAA-BBBB');
    });
  });

  it('gives its reference to the lines that are written for it, and to no other line', async () => {
    const lines: LogFields[] = [];
    const log = withReference((fields) => lines.push(fields));
    log({ event: 'server.started' });
    await run(async () => log({ event: 'request' }));
    expect(lines).to.deep.equal([{ event: 'server.started' }, { event: 'request', reference: 'K7QM-2XPD' }]);
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
