/** Stands between a client and a server, and does to their connections what networks do. */
import { once } from 'node:events';
import { createServer, connect as dial, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface TcpProxy {
  readonly port: number;
  /** Connections from now on lead to this port, to none with 0; those that exist stay. */
  leadTo(port: number): void;
  /** Each part of a reply arrives so many milliseconds later, and never before an earlier one. */
  delayReplies(milliseconds: number): void;
  /** The connection breaks in place of the next reply: the server has done what it was told, and nobody hears of it. */
  cutNextReply(): void;
  /** Likewise in place of the reply after this number of others. */
  cutReplyAfter(replies: number): void;
  /** Likewise for every reply from now on. */
  cutEveryReply(): void;
  /** How many connections were broken in place of a reply. */
  readonly cut: number;
  /** Breaks the connections that exist. */
  breakAll(): void;
  /** The number of all connections so far. */
  readonly accepted: number;
  close(): Promise<void>;
}

export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let port = target;
  let delay = 0;
  let toCut = 0;
  let toPass = 0;
  let cut = 0;
  let accepted = 0;

  function keep(socket: Socket): Socket {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    return socket.setNoDelay(true);
  }

  /** Carries the replies of one connection. */
  function carrier(client: Socket, server: Socket): (reply: Buffer) => void {
    let earlier = Promise.resolve();
    return (reply) => {
      if (toCut > 0 && toPass > 0) toPass -= 1;
      else if (toCut > 0) {
        toCut -= 1;
        cut += 1;
        client.destroy();
        server.destroy();
        return;
      }
      const due = delay > 0 ? pause(delay, undefined, { ref: false }) : null;
      earlier = earlier.then(() => due).then(() => void client.write(reply));
    };
  }

  const listener = createServer((client) => {
    accepted += 1;
    if (port === 0) return void client.destroy();
    const server = keep(dial(port, '127.0.0.1'));
    keep(client).pipe(server);
    server.on('data', carrier(client, server));
    server.on('close', () => client.destroy());
    client.on('close', () => server.destroy());
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  function breakAll(): void {
    for (const socket of sockets) socket.destroy();
  }

  return {
    port: address.port,
    leadTo: (next) => {
      port = next;
    },
    delayReplies: (milliseconds) => {
      delay = milliseconds;
    },
    cutNextReply: () => {
      toCut = 1;
      toPass = 0;
    },
    cutReplyAfter: (replies) => {
      toCut = 1;
      toPass = replies;
    },
    cutEveryReply: () => {
      toCut = Number.POSITIVE_INFINITY;
      toPass = 0;
    },
    get cut() {
      return cut;
    },
    get accepted() {
      return accepted;
    },
    breakAll,
    async close() {
      breakAll();
      listener.close();
      await once(listener, 'close');
    },
  };
}
