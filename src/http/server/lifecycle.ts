/** The listening server: its time limits, the replacement of its handler, and its stop. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Log } from '../../ports/log.ts';

/** A promise that it returns is waited for before the handler counts as done. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Times in milliseconds, the size in bytes. */
export interface ServerLimits {
  /** Until then the headers must be here, or it is a 408. */
  readonly headersTimeout: number;
  /** Until then the whole request must be here, body included, or it is a 408. */
  readonly requestTimeout: number;
  /** How long a connection is kept for its next request. */
  readonly keepAliveTimeout: number;
  /** How often the first two are looked at: they may be late by as much. */
  readonly connectionsCheckingInterval: number;
  /** Request line and headers together; beyond it is a 431. */
  readonly maxHeaderSize: number;
}

/**
 * A client that sends slowly is disconnected within 15 s. A kept connection outlives the 60 s of common load balancers.
 * Otherwise a balancer would send a request into a connection that is being closed.
 */
const LIMITS: ServerLimits = {
  headersTimeout: 10_000,
  requestTimeout: 13_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: 16 * 1024,
};

/** Milliseconds: browsers open spare connections and say nothing on them; a request on its way needs less. */
const SILENCE = 250;

/** Turns of the event loop. Between two turns it polls every connection. */
const TURNS_TO_READ = 2;

export interface ServerOptions {
  readonly handler: RequestHandler;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly log: Log;
  readonly limits?: Partial<ServerLimits>;
}

export interface RunningServer {
  /** The one that is listened on. */
  readonly port: number;
  /** Gives new requests to this handler; resolves once the old one has done all of its own. */
  swap(handler: RequestHandler): Promise<void>;
  /**
   * Takes no new connection, lets what was begun or has come be answered, and cuts off the rest at the deadline.
   * Resolves when every connection is closed; asked again, it is the same stop.
   */
  stop(options: { readonly deadlineMs: number }): Promise<void>;
}

/** A request with the handler that it went to. */
interface Exchange {
  readonly handler: RequestHandler;
  readonly response: ServerResponse;
  readonly done: Promise<unknown>;
}

/** Rejects when the address can't be listened on. */
export async function startServer({
  handler,
  host,
  port,
  log,
  limits,
}: ServerOptions): Promise<RunningServer> {
  const server = createServer({ ...LIMITS, ...limits });
  const destroySilent = watchSilent(server);
  const exchanges = new Set<Exchange>();
  let current = handler;
  let stopping: Promise<void> | null = null;

  server.on('request', (request, response) => {
    if (stopping) response.setHeader('Connection', 'close');
    const exchange = { handler: current, response, done: serve(current, request, response) };
    exchanges.add(exchange);
    exchange.done.finally(() => exchanges.delete(exchange));
  });

  async function serve(
    to: RequestHandler,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const closed = new Promise((resolve) => response.once('close', resolve));
    try {
      await to(request, response);
    } catch (error) {
      log({ event: 'server.handler_failed', error });
      response.destroy();
    }
    await closed;
    // Its connection was promised to be kept, if the answer had begun before the stop.
    if (stopping) server.closeIdleConnections();
  }

  async function swap(next: RequestHandler): Promise<void> {
    const previous = current;
    current = next;
    await settled([...exchanges].filter((exchange) => exchange.handler === previous));
  }

  async function close(deadlineMs: number): Promise<void> {
    log({ event: 'server.stopping' });
    // Requests that have arrived unread are read first. Their connections would count as idle.
    for (let turn = 0; turn < TURNS_TO_READ; turn += 1) await nextTurn();
    // Closes what is idle, too.
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const { response } of exchanges) {
      if (!response.headersSent) response.setHeader('Connection', 'close');
    }
    const silence = setTimeout(destroySilent, SILENCE);
    const deadline = Promise.withResolvers<void>();
    const timer = setTimeout(deadline.resolve, deadlineMs);
    const finished = closed.then(() => settled([...exchanges]));
    await Promise.race([finished, deadline.promise.then(cutOff)]);
    await closed;
    clearTimeout(silence);
    clearTimeout(timer);
    log({ event: 'server.stopped' });
  }

  function cutOff(): void {
    log({ event: 'server.cut_off', reason: `requests that were not finished in time: ${exchanges.size}` });
    server.closeAllConnections();
  }

  server.listen({ host, port });
  await once(server, 'listening');
  // Later errors are of a single connection attempt, like too many open files.
  server.on('error', (error) => log({ event: 'server.error', error }));
  return {
    port: (server.address() as AddressInfo).port,
    swap,
    stop: ({ deadlineMs }) => (stopping ??= close(deadlineMs)),
  };
}

async function settled(exchanges: readonly Exchange[]): Promise<void> {
  await Promise.allSettled(exchanges.map(({ done }) => done));
}

/**
 * Destroys the connections on which nothing was ever received: `closeIdleConnections` leaves them, taking them for
 * requests that are being sent.
 */
function watchSilent(server: Server): () => void {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return () => {
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  };
}
