import { expect } from 'chai';
import type { SignInRecord } from '../../src/domain/sign-in/sign-in-record.ts';
import { createReading } from '../../src/oidc/request-cache.ts';

const RECORD: SignInRecord = {
  sessionUid: 'session',
  accountId: 'account',
  authentications: [],
  trustedBrowserId: null,
  atMs: 0,
  ip: '192.0.2.1',
  browser: '',
  expiresAt: 1,
};

describe('what a request reads', () => {
  const asked: string[] = [];
  const reading = createReading({
    loadSnapshot: async (accountId) => {
      asked.push(accountId);
      throw new Error('away');
    },
    records: {
      find: async (uid, now) => {
        asked.push(`${uid} at ${now}`);
        return RECORD;
      },
    },
    clock: { now: () => 5 },
  });
  const request = () => ({ oidc: {} });
  const nobody = Promise.resolve(undefined);

  beforeEach(() => {
    asked.length = 0;
  });

  it('is read once in it, and again in the next', async () => {
    const [first, second] = [request(), request()];
    const found = await Promise.all([reading.record(first, 'session'), reading.record(first, 'session')]);
    expect(found).to.deep.equal([RECORD, RECORD]);
    await reading.record(first, 'session');
    expect(asked).to.deep.equal(['session at 5']);
    await reading.record(second, 'session');
    await reading.record(second, 'other');
    expect(asked).to.deep.equal(['session at 5', 'session at 5', 'other at 5']);
  });

  it('that fails is told to whoever waits for it, and is no fault where nobody does [R4]', async () => {
    const faults: unknown[] = [];
    const note = (fault: unknown) => faults.push(fault);
    process.on('unhandledRejection', note);
    try {
      const of = request();
      void reading.snapshot(of, 'account', nobody);
      // Unhandled rejections are told once all that was due is done.
      await new Promise((done) => setImmediate(done));
      expect(faults).to.deep.equal([]);
      const told = await reading.snapshot(of, 'account', nobody).catch((error: Error) => error.message);
      expect(told).to.equal('away');
      expect(asked).to.deep.equal(['account']);
    } finally {
      process.off('unhandledRejection', note);
    }
  });
});
