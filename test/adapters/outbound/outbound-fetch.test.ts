/** Requests to addresses that somebody gave, before real servers. The resolver of names is the test's own. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import {
  createOutboundFetch,
  type OutboundOptions,
  type Resolve,
} from '../../../src/adapters/outbound/outbound-fetch.ts';
import { OutboundRefused } from '../../../src/ports/outbound.ts';
import { smsGateways } from '../../support/delivery/sms-gateway.ts';
import { selfSigned } from '../../support/process/certificate.ts';
import { createSettableClock } from '../../support/time/clock.ts';
import { createLogLines, NOW } from '../delivery/messages.ts';

const LOCAL = '127.0.0.1';
const PRIVATE = 'its address is in a private network';

const resolving =
  (...addresses: readonly string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

describe('a request to an address that somebody gave', () => {
  const startServer = smsGateways();
  const clock = createSettableClock(NOW);

  function outbound(changes: Partial<OutboundOptions> = {}) {
    const lines = createLogLines();
    const fetch = createOutboundFetch({
      allowPrivateNetworks: [],
      allowLoopback: true,
      allowPlainHttp: true,
      clock,
      log: lines.log,
      ...changes,
    });
    return { fetch, lines };
  }

  async function faultOf(asked: Promise<unknown>): Promise<Error> {
    const fault = await asked.then(
      () => null,
      (error: unknown) => error,
    );
    if (!(fault instanceof Error)) throw new Error('the request was sent');
    return fault;
  }

  const portOf = (url: string) => new URL(url).port;

  it('arrives with its form, and brings back status, body and lifetime', async () => {
    const server = await startServer();
    server.answer({ status: 201, headers: { 'cache-control': 'max-age=60' }, body: '{"keys":[]}' });
    const { fetch, lines } = outbound();
    const answer = await fetch(`${server.url}/path?q=1`, {
      method: 'POST',
      headers: { 'x-one': '1', 'user-agent': '' },
      body: new URLSearchParams({ logout_token: 'a.b.c' }),
    });
    expect([answer.status, await answer.json(), answer.headers.get('cache-control')]).to.deep.equal([
      201,
      { keys: [] },
      'max-age=60',
    ]);
    const [call] = server.calls;
    expect(call).to.deep.include({ method: 'POST', path: '/path?q=1', body: 'logout_token=a.b.c' });
    expect(call?.headers).to.deep.include({ 'x-one': '1', connection: 'close' });
    expect(call?.headers['content-type']).to.match(/^application\/x-www-form-urlencoded/);
    expect(call?.headers).not.to.have.property('user-agent');
    expect(lines.lines).to.deep.equal([]);
  });

  for (const [what, ...addresses] of [
    ['loopback', LOCAL],
    ['the metadata service of a cloud', '169.254.169.254'],
    ['a private network inside IPv6', '::ffff:10.0.0.1'],
    ['a public address and a private one', '8.8.8.8', LOCAL],
  ] as const) {
    it(`is not sent, and is logged, when the name resolves to ${what} [A123]`, async () => {
      const server = await startServer();
      const { fetch, lines } = outbound({ allowLoopback: false, resolve: resolving(...addresses) });
      const host = `rp.example:${portOf(server.url)}`;
      const fault = await faultOf(fetch(`http://${host}/told?secret=1`));
      expect([fault.name, fault.message]).to.deep.equal(['OutboundRefused', PRIVATE]);
      expect(server.calls).to.deep.equal([]);
      expect(lines.lines).to.deep.equal([{ event: 'outbound.refused', reason: `${host}: ${PRIVATE}` }]);
    });
  }

  it('is not sent to an address in the place of a name, however it is spelt [A123]', async () => {
    const server = await startServer();
    const { fetch } = outbound({ allowLoopback: false });
    for (const host of [
      '127.0.0.1',
      '2130706433',
      '0x7f.1',
      '127.1',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[::]',
    ]) {
      const fault = await faultOf(fetch(`http://${host}:${portOf(server.url)}/`));
      expect(fault, host).to.be.instanceOf(OutboundRefused);
    }
    expect(server.calls).to.deep.equal([]);
  });

  it('goes to the address that was checked when the name changes in between [A123]', async () => {
    const server = await startServer();
    let looks = 0;
    const { fetch } = outbound({
      allowLoopback: false,
      allowPrivateNetworks: ['127.0.0.1/32'],
      resolve: async () => {
        looks += 1;
        return [{ address: looks === 1 ? LOCAL : '127.0.0.2', family: 4 }];
      },
    });
    const url = `http://rp.example:${portOf(server.url)}/`;
    expect((await fetch(url)).status).to.equal(200);
    expect([looks, server.calls.length]).to.deep.equal([1, 1]);
    expect(server.calls[0]?.headers.host).to.equal(new URL(url).host);
    expect((await faultOf(fetch(url))).message).to.equal(PRIVATE);
    expect(server.calls).to.have.lengthOf(1);
  });

  it('follows no redirect [A123]', async () => {
    const inside = await startServer();
    const server = await startServer();
    server.answer({ status: 302, headers: { location: inside.url } });
    const { status } = await outbound().fetch(server.url);
    expect([status, inside.calls]).to.deep.equal([302, []]);
  });

  it('ends after its time limit, at a server that hangs and at a resolver that hangs', async () => {
    const server = await startServer();
    server.answer(null);
    const hanging = await faultOf(outbound({ timeoutMs: 200 }).fetch(server.url));
    expect(hanging.name).to.match(/AbortError|TimeoutError/);
    const { fetch } = outbound({ timeoutMs: 200, resolve: () => new Promise(() => {}) });
    expect((await faultOf(fetch('http://rp.example/'))).name).to.equal('TimeoutError');
  });

  it('ends after its time limit at a server that changes to another protocol', async () => {
    const server = await startServer();
    server.answer(({ socket }) => {
      socket?.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n');
    });
    const fault = await faultOf(outbound({ timeoutMs: 200 }).fetch(server.url));
    expect(fault.name).to.match(/AbortError|TimeoutError/);
  });

  it('ends at an answer that is too large', async () => {
    const server = await startServer();
    server.answer((response) => {
      const send = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', send);
      send();
    });
    const fault = await faultOf(outbound().fetch(server.url));
    expect(fault.message).to.equal('its answer is too large');
  });

  it('is refused without TLS in production, except in a listed network [A123]', async () => {
    const server = await startServer();
    const rules = { allowLoopback: false, allowPlainHttp: false };
    const { fetch } = outbound({ ...rules, resolve: resolving('8.8.8.8') });
    const fault = await faultOf(fetch('http://rp.example/'));
    expect(fault.message).to.equal('its address does not begin with https://');
    expect((await faultOf(fetch('file:///etc/passwd'))).message).to.equal(fault.message);
    const listed = outbound({
      ...rules,
      allowPrivateNetworks: ['127.0.0.0/8'],
      resolve: resolving(LOCAL),
    });
    expect((await listed.fetch(`http://rp.example:${portOf(server.url)}/`)).status).to.equal(200);
  });

  it('is not sent to a server that failed five times in a row, until that has rested', async () => {
    const server = await startServer();
    server.answer({ status: 500 });
    const { fetch, lines } = outbound();
    for (let time = 0; time < 5; time += 1) expect((await fetch(server.url)).status).to.equal(500);
    const { host } = new URL(server.url);
    expect(lines.lines).to.deep.equal([{ event: 'outbound.left_alone', reason: host }]);
    expect((await faultOf(fetch(server.url))).message).to.equal('the server is being left alone');
    const other = await startServer();
    expect((await fetch(other.url)).status).to.equal(200);
    clock.nextStep(30_000);
    server.answer({ status: 200 });
    expect((await fetch(server.url)).status).to.equal(200);
    expect(server.calls).to.have.lengthOf(6);
  });

  describe('with TLS', () => {
    const { key, cert } = selfSigned('rp.example', '192.0.2.1');
    let server: Server;
    let port: number;
    before(async () => {
      server = createServer({ key, cert }, (request, response) => response.end(request.headers.host));
      server.listen(0, LOCAL);
      await once(server, 'listening');
      ({ port } = server.address() as AddressInfo);
    });
    after(() => {
      server.closeAllConnections();
      server.close();
    });

    it('expects a certificate for the name, not for the address', async () => {
      const { fetch } = outbound({ allowPlainHttp: false, ca: cert, resolve: resolving(LOCAL) });
      const answer = await fetch(`https://rp.example:${port}/`);
      expect(await answer.text()).to.equal(`rp.example:${port}`);
      const fault = await faultOf(fetch(`https://other.example:${port}/`));
      expect(fault).to.have.property('code', 'ERR_TLS_CERT_ALTNAME_INVALID');
    });

    it('refuses a certificate that no trusted authority has signed', async () => {
      const { fetch } = outbound({ resolve: resolving(LOCAL) });
      const fault = await faultOf(fetch(`https://rp.example:${port}/`));
      expect(fault).to.have.property('code', 'DEPTH_ZERO_SELF_SIGNED_CERT');
    });
  });
});
