/** A real HTTP server that stands for an SMS gateway: it keeps each request, and answers as it is told to. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

export interface GatewayCall {
  readonly method: string;
  /** Path and query, as they came. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface SmsGateway {
  readonly url: string;
  readonly calls: readonly GatewayCall[];
  /** From now on. A function is given the answer to make; null: nothing is ever answered. */
  answer(how: Answer | ((response: ServerResponse) => void) | null): void;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Called in a `describe`: those that were started stop after each test. Until told otherwise they answer 200. */
export function smsGateways(): () => Promise<SmsGateway> {
  let servers: Server[] = [];
  afterEach(async () => {
    for (const server of servers) server.closeAllConnections();
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    servers = [];
  });
  return async () => {
    const calls: GatewayCall[] = [];
    let answer: Parameters<SmsGateway['answer']>[0] = { status: 200 };
    const server = createServer(async (request, response) => {
      const { method = '', url: path = '', headers } = request;
      calls.push({ method, path, headers, body: await text(request) });
      if (answer === null) return;
      if (typeof answer === 'function') answer(response);
      else response.writeHead(answer.status, { ...answer.headers }).end(answer.body);
    }).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return {
      url: `http://127.0.0.1:${address.port}`,
      calls,
      answer(how) {
        answer = how;
      },
    };
  };
}
