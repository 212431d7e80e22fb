import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import {
  type RequestHandler,
  type RunningServer,
  type ServerLimits,
  startServer,
} from '../../../src/http/server/lifecycle.ts';
import type { LogFields } from '../../../src/ports/log.ts';
import { LOOPBACK, type RawAnswer, type RawRequest, rawRequest } from '../../support/process/raw-request.ts';
import { turns } from '../../support/time/event-loop.ts';

describe('the lifecycle of the server', () => {
  const running: RunningServer[] = [];
  let logged: LogFields[];

  beforeEach(() => {
    logged = [];
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.stop({ deadlineMs: 0 })));
  });

  async function start(handler: RequestHandler, limits: Partial<ServerLimits> = {}): Promise<RunningServer> {
    const server = await startServer({
      handler,
      host: LOOPBACK,
      port: 0,
      log: (fields) => logged.push(fields),
      limits,
    });
    running.push(server);
    return server;
  }

  const events = (): string[] => logged.map(({ event }) => event);

  it('answers every request in flight while it stops, and accepts no new one [R20]', async () => {
    const gate = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    let count = 0;
    const server = await start(async (_request, response) => {
      count += 1;
      if (count === 100) arrived.resolve();
      await gate.promise;
      response.end('answered');
    });
    const agent = new Agent({ keepAlive: true });
    const answers = Array.from({ length: 100 }, () => ask(server, { agent }));
    await arrived.promise;

    const stopped = server.stop({ deadlineMs: 10_000 });
    // The server accepts the requests that arrived until then.
    await turns(5);
    const refused = await ask(server).catch((error: NodeJS.ErrnoException) => error.code);
    gate.resolve();

    const given = await Promise.all(answers);
    expect(refused).to.equal('ECONNREFUSED');
    expect(given.map(({ body }) => body)).to.deep.equal(Array(100).fill('answered'));
    expect(new Set(given.map(({ headers }) => headers.connection))).to.deep.equal(new Set(['close']));
    await stopped;
    expect(events()).to.deep.equal(['server.stopping', 'server.stopped']);
  });

  it('answers an unread request on a kept-alive connection when it is told to stop [R20]', async () => {
    const server = await start((_request, response) => response.end('ok'));
    const socket = await open(server);
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'data');
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');

    const stopped = server.stop({ deadlineMs: 10_000 });

    expect(await readAll(socket)).to.match(/^HTTP\/1\.1 200 .*Connection: close/is);
    await stopped;
    expect(events()).to.deep.equal(['server.stopping', 'server.stopped']);
  });

  it('closes a kept-alive connection whose response had begun before the stop [R20]', async () => {
    const gate = Promise.withResolvers<void>();
    const server = await start(async (_request, response) => {
      response.write('begun, ');
      await gate.promise;
      response.end('ended');
    });
    const socket = await open(server);
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'data');

    const stopped = server.stop({ deadlineMs: 10_000 });
    const rest = readAll(socket);
    gate.resolve();

    expect(await rest).to.include('ended');
    await stopped;
    expect(events()).not.to.include('server.cut_off');
  });

  it('stops without a wait for idle or silent connections [R20]', async () => {
    const server = await start((_request, response) => response.end('ok'));
    const agent = new Agent({ keepAlive: true });
    await ask(server, { agent });
    const silent = await open(server);

    await server.stop({ deadlineMs: 10_000 });

    expect(await readAll(silent)).to.equal('');
    expect(events()).not.to.include('server.cut_off');
  });

  it('waits for the work of a request whose sender has hung up [R20]', async () => {
    const gate = Promise.withResolvers<void>();
    const hungUp = Promise.withResolvers<void>();
    const server = await start(async (_request, response) => {
      response.once('close', () => hungUp.resolve());
      response.write('begun');
      await gate.promise;
    });
    const socket = await open(server);
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'data');
    socket.destroy();
    await hungUp.promise;

    const stopped = server.stop({ deadlineMs: 10_000 });
    await turns(5);
    await ask(server).catch(() => {});
    expect(events()).to.deep.equal(['server.stopping']);

    gate.resolve();
    await stopped;
    expect(events()).to.deep.equal(['server.stopping', 'server.stopped']);
  });

  it('aborts a half-sent request at the deadline [R21]', async () => {
    const server = await start((_request, response) => response.end('ok'));
    const socket = await open(server);
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Le');
    await ask(server);

    await server.stop({ deadlineMs: 300 });

    expect(await readAll(socket)).to.equal('');
    expect(events()).to.deep.equal(['server.stopping', 'server.cut_off', 'server.stopped']);
  });

  it('stops at the deadline although a handler never ends [R21]', async () => {
    const arrived = Promise.withResolvers<void>();
    const server = await start(() => {
      arrived.resolve();
      return new Promise(() => {});
    });
    const failure = ask(server).catch((error: NodeJS.ErrnoException) => error.code);
    await arrived.promise;

    await server.stop({ deadlineMs: 50 });

    expect(await failure).to.equal('ECONNRESET');
  });

  it('answers 431 to 20 KB of headers, and continues to serve [R31]', async () => {
    const server = await start((_request, response) => response.end('ok'));

    const tooLarge = await ask(server, { headers: { 'X-Large': 'a'.repeat(20 * 1024) } });
    const cookies = Array.from({ length: 300 }, (_, index) => `cookie_${index}=value_${index}`).join('; ');
    const usual = await ask(server, { headers: { Cookie: cookies } });

    expect(tooLarge.status).to.equal(431);
    expect(usual).to.include({ status: 200, body: 'ok' });
  });

  it('serves others while 500 clients send headers slowly, and times those out [R32]', async () => {
    const server = await start((_request, response) => response.end('ok'), {
      headersTimeout: 600,
      requestTimeout: 600,
      connectionsCheckingInterval: 100,
    });
    const dawdle = async () => {
      const socket = await open(server);
      socket.write('GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ');
      return { ending: readAll(socket) };
    };
    const slow = await Promise.all(Array.from({ length: 500 }, dawdle));

    const served = await ask(server);
    const endings = await Promise.all(slow.map(({ ending }) => ending));

    expect(served.status).to.equal(200);
    expect(endings.filter((ending) => !ending.startsWith('HTTP/1.1 408 '))).to.deep.equal([]);
  });

  it('answers 408 to an endless body [A100]', async () => {
    const server = await start(
      async (request, response) => {
        for await (const _ of request);
        response.end('ok');
      },
      { headersTimeout: 300, requestTimeout: 300, connectionsCheckingInterval: 50 },
    );
    const socket = await open(server);
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n');

    expect(await readAll(socket)).to.match(/^HTTP\/1\.1 408 /);
  });

  it('gives new requests to a new handler while the old one completes its own [B.2]', async () => {
    const gate = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    const server = await start(async (_request, response) => {
      arrived.resolve();
      await gate.promise;
      response.end('old');
    });
    const before = ask(server);
    await arrived.promise;

    let drained = false;
    const swapped = server
      .swap((_request, response) => response.end('new'))
      .then(() => {
        drained = true;
      });
    const after = await ask(server);
    expect(after.body).to.equal('new');
    expect(drained).to.equal(false);

    gate.resolve();
    expect((await before).body).to.equal('old');
    await swapped;
  });

  it('closes the connection of a handler that fails, and continues', async () => {
    const server = await start((request, response) => {
      if (request.url === '/fail') throw new Error('broken');
      response.end('ok');
    });

    const failure = await ask(server, { path: '/fail' }).catch((error: NodeJS.ErrnoException) => error.code);

    expect(failure).to.equal('ECONNRESET');
    expect(events()).to.deep.equal(['server.handler_failed']);
    expect((await ask(server)).body).to.equal('ok');
  });

  it('rejects when the port is taken', async () => {
    const server = await start((_request, response) => response.end('ok'));
    const second = startServer({ handler: () => {}, host: LOOPBACK, port: server.port, log: () => {} });

    expect(await second.catch((error: NodeJS.ErrnoException) => error.code)).to.equal('EADDRINUSE');
  });

  it('stops once, however often it is asked', async () => {
    const server = await start((_request, response) => response.end('ok'));

    await Promise.all([server.stop({ deadlineMs: 100 }), server.stop({ deadlineMs: 100 })]);

    expect(events()).to.deep.equal(['server.stopping', 'server.stopped']);
  });
});

function ask(server: RunningServer, request: RawRequest = {}): Promise<RawAnswer> {
  return rawRequest(server.port, request);
}

async function open(server: RunningServer): Promise<Socket> {
  const socket = connect(server.port, LOOPBACK);
  await once(socket, 'connect');
  return socket;
}

/** Reads until the connection ends, by a close or by a reset. */
function readAll(socket: Socket): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => {});
  socket.once('close', () => resolve(text));
  return promise;
}
