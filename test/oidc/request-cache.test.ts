import { expect } from 'chai';
import type { SignInRecord } from '../../src/domain/sign-in/sign-in-record.ts';
import { accountOf, inRequest } from '../../src/oidc/request-cache.ts';

const RECORD: SignInRecord = {
  sessionUid: 'session',
  accountId: 'account',
  authentications: [],
  trustedBrowserId: null,
  atMs: 0,
  ip: '192.0.2.1',
  browser: '',
  lastUsedAt: 0,
  offlineClients: [],
  expiresAt: 1,
};

describe('the cache of a request', () => {
  const read: string[] = [];
  const request = () => ({ oidc: {} });

  const record = (of: { oidc: object }, sessionUid: string) =>
    inRequest(of, 'record', sessionUid, async () => {
      read.push(sessionUid);
      return RECORD;
    });

  const snapshot = (of: { oidc: object }, accountId: string) =>
    inRequest(of, 'snapshot', accountId, async () => {
      read.push(accountId);
      throw new Error('away');
    });

  beforeEach(() => {
    read.length = 0;
  });

  it('reads a record once per request, and again in the next request', async () => {
    const [first, second] = [request(), request()];
    const found = await Promise.all([record(first, 'session'), record(first, 'session')]);
    expect(found).to.deep.equal([RECORD, RECORD]);
    await record(first, 'session');
    expect(read).to.deep.equal(['session']);
    await record(second, 'session');
    await record(second, 'other');
    expect(read).to.deep.equal(['session', 'session', 'other']);
  });

  it('keeps records of different kinds apart', async () => {
    const of = request();
    await record(of, 'same');
    expect(await snapshot(of, 'same').catch((error: Error) => error.message)).to.equal('away');
    expect(read).to.deep.equal(['same', 'same']);
    expect(accountOf(of)).to.equal(undefined);
  });

  it('passes a failure to each caller that waits, and causes no unhandled rejection where none does [R4]', async () => {
    const faults: unknown[] = [];
    const note = (fault: unknown) => faults.push(fault);
    process.on('unhandledRejection', note);
    try {
      const of = request();
      void snapshot(of, 'account');
      // Node reports unhandled rejections after the microtasks.
      await new Promise((done) => setImmediate(done));
      expect(faults).to.deep.equal([]);
      const told = await snapshot(of, 'account').catch((error: Error) => error.message);
      expect(told).to.equal('away');
      expect(read).to.deep.equal(['account']);
    } finally {
      process.off('unhandledRejection', note);
    }
  });
});
