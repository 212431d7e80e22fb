/** One request over HTTP with exactly the headers given: `fetch` adds some and forbids others. */
import { once } from 'node:events';
import {
  type Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  request,
} from 'node:http';
import type { AddressInfo } from 'node:net';

export const LOOPBACK = '127.0.0.1';

export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly agent?: Agent;
}

export interface RawAnswer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export async function rawRequest(port: number, { body, ...options }: RawRequest = {}): Promise<RawAnswer> {
  const sent = request({ host: LOOPBACK, port, agent: false, ...options });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() };
}

/** The answer of a server that lives for this one request. */
export async function answerOf(handler: RequestListener, asked: RawRequest): Promise<RawAnswer> {
  const server = createServer(handler).listen(0, LOOPBACK);
  await once(server, 'listening');
  try {
    return await rawRequest((server.address() as AddressInfo).port, asked);
  } finally {
    server.close();
  }
}
