/** A `mongodb+srv` URI whose name does not resolve now: the DNS is asked again, and the server counts as away. */

import { createSocket, type Socket } from 'node:dgram';
import { getServers, setServers } from 'node:dns';
import { once } from 'node:events';
import { expect } from 'chai';
import { openMongoAccounts } from '../../../../src/adapters/mongo/open.ts';
import { StoreUnavailable } from '../../../../src/ports/faults.ts';
import { endsWithin } from '../../../support/time/in-time.ts';

const URI = 'mongodb+srv://app:hunter2@db.example.test/doublelock';
/** Milliseconds: two seconds for the server, and what the last question takes. */
const PATIENCE_MS = 5000;
/** RFC 1035, 4.1.1: a response, with recursion, and the code of a name that does not exist or of a failing server. */
const FLAGS = { ENOTFOUND: 0x8183, ESERVFAIL: 0x8182 };

describe('a MongoDB whose name does not resolve', () => {
  const before = getServers();
  let dns: Socket;
  let questions: number;
  let flags: number | null;

  beforeEach(async () => {
    questions = 0;
    flags = FLAGS.ENOTFOUND;
    dns = createSocket('udp4', (question, { port }) => {
      // The type of the question stands before its class, at the end; 33 is SRV.
      if (question.includes('_mongodb')) questions += 1;
      if (flags === null) return;
      const answer = Buffer.from(question);
      answer.writeUInt16BE(flags, 2);
      dns.send(answer, port, '127.0.0.1');
    }).bind(0, '127.0.0.1');
    await once(dns, 'listening');
    setServers([`127.0.0.1:${dns.address().port}`]);
  });
  afterEach(async () => {
    setServers(before);
    dns.close();
    await once(dns, 'close');
  });

  async function failure(): Promise<Error> {
    try {
      await (await openMongoAccounts({ uri: URI })).close();
    } catch (error) {
      if (error instanceof Error) return error;
    }
    throw new Error('it has started');
  }

  for (const [what, code] of [
    ['does not exist', 'ENOTFOUND'],
    ['cannot be asked for', 'ESERVFAIL'],
  ] as const) {
    it(`is away while its name ${what}, is looked for again, and is not called a bad URI [R10]`, async () => {
      flags = FLAGS[code];
      const failed = failure();
      expect(await endsWithin(PATIENCE_MS, failed)).to.equal(true);
      const error = await failed;
      expect(error).to.be.instanceOf(StoreUnavailable);
      expect(error.message).to.match(
        new RegExp(`^MongoDB: the name in the URI does not resolve \\(${code}\\)`),
      );
      expect(`${error.stack}${error.cause}`).not.to.include('hunter2');
      expect(questions).to.be.above(1);
    });
  }

  it('is away in time while the DNS is silent [R10]', async () => {
    flags = null;
    const failed = failure();
    expect(await endsWithin(PATIENCE_MS, failed)).to.equal(true);
    expect(await failed).to.be.instanceOf(StoreUnavailable);
  });
});
