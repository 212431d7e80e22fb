/** A TCP server that speaks a script, or keeps silent. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

export interface MuteServer {
  readonly port: number;
  readonly connections: () => number;
}

/** Called in a `describe`: each connection is given to `speak`; all end after each test. */
export function muteServers(): (speak?: (socket: Socket) => void) => Promise<MuteServer> {
  let servers: Server[] = [];
  const sockets = new Set<Socket>();
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    servers = [];
  });
  return async (speak = () => {}) => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      sockets.add(socket);
      socket.on('error', () => {});
      speak(socket);
    }).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return { port: address.port, connections: () => connections };
  };
}
