/** A balancer without sticky sessions: each request goes to any of the servers behind it. */
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { anyOf, createChance } from '../chance.ts';
import { LOOPBACK } from './raw-request.ts';

/** How long a connection may idle, in milliseconds. */
const KEPT_MS = 600_000;

export interface Balancer {
  readonly origin: string;
  /** Requests from now on go to these ports; those that are under way are answered by whom they went to. */
  leadTo(ports: readonly number[]): void;
  /** How many requests went to a port so far. */
  sentTo(port: number): number;
  close(): void;
}

/** Before the servers are there: their issuer is its address. `seed` makes the choices repeatable. */
export async function startBalancer(seed: number): Promise<Balancer> {
  const chance = createChance(seed);
  const agent = new Agent({ keepAlive: true });
  const sent = new Map<number, number>();
  let ports: readonly number[] = [];

  function pass(incoming: IncomingMessage, response: ServerResponse): void {
    const port = anyOf(ports, chance);
    sent.set(port, (sent.get(port) ?? 0) + 1);
    const { method, url: path, headers, socket } = incoming;
    const forwarded = { 'x-forwarded-for': socket.remoteAddress, 'x-forwarded-proto': 'http' };
    const outgoing = request(
      { agent, host: LOOPBACK, port, method, path, headers: { ...headers, ...forwarded } },
      (answer) => {
        // Each side keeps or closes its own connection.
        const { connection: _, ...kept } = answer.headers;
        response.writeHead(answer.statusCode ?? 0, kept);
        answer.pipe(response);
      },
    );
    outgoing.on('error', () => response.destroy());
    incoming.pipe(outgoing);
  }

  // Never before a client of the test is done with it.
  const server = createServer({ keepAliveTimeout: KEPT_MS }, pass).listen(0, LOOPBACK);
  await once(server, 'listening');
  return {
    origin: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`,
    leadTo: (next) => {
      ports = next;
    },
    sentTo: (port) => sent.get(port) ?? 0,
    close() {
      agent.destroy();
      server.close();
      server.closeAllConnections();
    },
  };
}
